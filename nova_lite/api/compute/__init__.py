"""Compute v2.1: the dialect of Nova."""
