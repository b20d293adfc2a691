"""Limit and marker of a listing."""

from __future__ import annotations

from nova_lite.api.request import Query


def page_size(query: Query, maximum: int) -> int:
    """How many items an answer holds: what was asked for, at most ``maximum``. The schema has seen to the form."""
    asked = query.one("limit")
    return maximum if asked is None else min(int(asked), maximum)
