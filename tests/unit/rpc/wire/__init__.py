"""Contracts on record."""
