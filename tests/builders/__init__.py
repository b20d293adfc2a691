"""Builders of values for tests: sensible defaults, one noun per file."""
