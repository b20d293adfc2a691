"""Fault: why something went wrong, in words for whoever asked."""

from __future__ import annotations

from nova_lite.objects.base import Value


class Fault(Value, frozen=True, kw_only=True):
    """``code`` is an HTTP-like number as Nova shows it; ``details`` are for admins only."""

    code: int = 500
    message: str
    details: str = ""
    created: float
