"""What the bus refuses becomes an event that names the offender: a line in the log, a notification where they go."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.rpc import Refusal

LOG = logging.getLogger(__name__)

EVENT = "rpc.refused"
BURST, PERIOD = 20, 60.0  # events of one offender in so many seconds; what is above is counted

Payload = dict[str, str | int | bool]
Emit = Callable[[str, Payload], None]
"""Emits an event of this type with this payload, at priority ERROR. Must not block for long."""


@dataclasses.dataclass(slots=True)
class _Account:
    """What one offender has done in the period that began at ``since``."""

    since: float
    told: int = 0
    untold: int = 0


class RefusalEvents:
    """Observes the servers of one process.

    An offender whose identity is proved has an account of its own; all others share one, so that nobody fills the
    memory with invented names, or silences the events about somebody else by sending rubbish in his name.
    """

    def __init__(self, clock: Clock, emit: Emit | None = None) -> None:
        self._clock, self._emit = clock, emit
        self._lock = concurrency.lock()
        self._accounts: dict[str, _Account] = {}

    def observe(self, refusal: Refusal) -> None:
        """An event of it, unless its sender has had its share of them."""
        untold = self._admitted(refusal.identity if refusal.proved else "")
        if untold is None:
            return
        payload: Payload = {
            "offender": refusal.identity, "proved": refusal.proved, "topic": refusal.target, "method": refusal.method,
            "reason": refusal.error.code, "message": refusal.error.message, "message_id": refusal.message_id,
            "not_told": untold,
        }
        LOG.warning("%s %s", EVENT, " ".join(f"{name}={value!r}" for name, value in payload.items()))
        if self._emit is not None:
            self._emit(EVENT, payload)

    def _admitted(self, key: str) -> int | None:
        """How many went untold since the last event; None when this one goes untold too."""
        now = self._clock.monotonic()
        with self._lock:
            account = self._accounts.setdefault(key, _Account(now))
            if now - account.since >= PERIOD:
                account.since, account.told = now, 0
            if account.told >= BURST:
                account.untold += 1
                return None
            account.told += 1
            untold, account.untold = account.untold, 0
            return untold
