"""Typed, frozen values that travel in messages and between rooms. Rows and libvirt handles never do."""
