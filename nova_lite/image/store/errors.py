"""Errors of stores."""

from __future__ import annotations

from nova_lite.core.errors import TooLarge


class StoreFull(TooLarge):
    """There is no room for the data (HTTP 413, as Glance answers)."""

    code = "image_store_full"
