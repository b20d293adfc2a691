"""Composition roots: settings become objects become a running service. The only room that picks concrete drivers."""
