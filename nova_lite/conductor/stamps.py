"""Stamps: when something was so, by the clock of who tells it. The newest that was taken counts (docs/adr/0018)."""

from __future__ import annotations

from nova_lite.rpc.freshness import CLOCK_SKEW


def believed(at: float, now: float) -> float:
    """``at``, but no later than a clock that may speak on the bus can be: nobody shuts himself up for ever."""
    return min(at, now + CLOCK_SKEW)
