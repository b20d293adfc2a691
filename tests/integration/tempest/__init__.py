"""Tempest, unmodified, against a cloud that stack.sh puts up."""
