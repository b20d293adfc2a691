"""Clients of a running cloud, as tests use them: over HTTP only."""
