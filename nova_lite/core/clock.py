"""Time as a collaborator: nothing else in the project reads the machine's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

from nova_lite.core import concurrency

TICK = 1e-6  # seconds between two readings of an ordered clock at least
AHEAD = 30.0  # seconds that another reading may be ahead; one that is more was of a clock that is wrong


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class OrderedClock:
    """Readings of another clock, each later than the one before, though that may stand still or be set back.

    So they tell the order in which one process said things. Once the clock is back by more than ``patience`` seconds,
    it was wrong before: from then on it is believed again.
    """

    def __init__(self, clock: Clock, patience: float = AHEAD) -> None:
        self._clock, self._patience = clock, patience
        self._lock = concurrency.lock()
        self._last = 0.0

    def now(self) -> float:
        with self._lock:
            now = self._clock.now()
            self._last = now if self._last - now > self._patience else max(now, self._last + TICK)
            return self._last

    def monotonic(self) -> float:
        return self._clock.monotonic()


def following(before: float, now: float) -> float:
    """``now``, but no earlier than ``before``: another process has said that, with a clock that is ahead, or it had
    its turn first while this one, having read its clock, waited.

    A ``before`` that is more than :data:`AHEAD` later is a wrong clock's, and does not count.
    """
    return before if now < before <= now + AHEAD else now


class ManualClock:
    """A clock that moves when it is told to; for tests and simulation."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds


_EARLIEST, _LATEST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def epoch_of(moment: datetime) -> float:
    """A moment in seconds since the epoch; without a zone it is UTC.

    One that lies, in UTC, in no year from 1 to 9999 becomes the first or the last that does: the others cannot be
    shown.
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware, _EARLIEST), _LATEST).timestamp()


def isoformat(epoch: float) -> str:
    """``2026-11-21T08:00:00Z``: the format of OpenStack's APIs, whole seconds, UTC."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def isoformat_micro(epoch: float) -> str:
    """``2026-11-21T08:00:00.000000``: the format of instance actions and tokens, UTC without a zone."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
