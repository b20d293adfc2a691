"""Paste filters: request ids, faults, authentication. Each has a ``filter_factory``."""
