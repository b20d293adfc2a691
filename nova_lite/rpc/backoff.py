"""Backoff: the pauses of a sender whose message a full server has refused."""

from __future__ import annotations

from nova_lite.core import concurrency
from nova_lite.core.clock import SystemClock
from nova_lite.core.ids import new_hex

FIRST, LAST = 0.005, 0.5  # seconds; each pause is up to twice as long as the one before
_CLOCK = SystemClock()  # what is slept is real time, whatever clock tells the time of messages


class Backoff:
    """Pauses within so many seconds. They grow, with jitter: those who are refused together do not come again
    together."""

    def __init__(self, seconds: float) -> None:
        self._end = _CLOCK.monotonic() + seconds
        self._longest = FIRST

    @property
    def left(self) -> float:
        """Seconds; less than none when the time is over."""
        return self._end - _CLOCK.monotonic()

    def pause(self) -> bool:
        """Let a pause pass; False when the time is over with it."""
        length = self._longest * (1 + int(new_hex()[:4], 16) / 0xFFFF) / 2
        self._longest = min(self._longest * 2, LAST)
        left = self.left
        concurrency.sleep(max(min(length, left), 0.0))
        return length < left
