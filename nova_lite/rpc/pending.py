"""Pending: the calls that wait for their answers."""

from __future__ import annotations

from nova_lite.core import concurrency
from nova_lite.core.errors import NovaLiteError


class Waiter:
    """One call that waits."""

    def __init__(self) -> None:
        self._event = concurrency.event()
        self._outcome: bytes | NovaLiteError | None = None

    def settle(self, outcome: bytes | NovaLiteError) -> None:
        """The first outcome counts."""
        if self._outcome is None:
            self._outcome = outcome
            self._event.set()

    def reset(self) -> None:
        """Wait again: the question was sent a second time."""
        self._event.clear()
        self._outcome = None

    def wait(self, timeout: float) -> bytes | None:
        """The answer's bytes, None when ``timeout`` seconds passed first; raises the failure that came instead."""
        self._event.wait(max(timeout, 0.0))
        if isinstance(self._outcome, NovaLiteError):
            raise self._outcome
        return self._outcome


class Pending:
    """Brings what drivers hear to those who wait. An answer that nobody waits for any more is dropped."""

    def __init__(self) -> None:
        self._waiters: dict[str, Waiter] = {}

    def add(self, message_id: str) -> Waiter:
        waiter = self._waiters[message_id] = Waiter()
        return waiter

    def remove(self, message_id: str) -> None:
        self._waiters.pop(message_id, None)

    def answered(self, message_id: str, payload: bytes) -> None:
        waiter = self._waiters.get(message_id)
        if waiter is not None:
            waiter.settle(payload)

    def failed(self, message_id: str, error: NovaLiteError) -> None:
        waiter = self._waiters.get(message_id)
        if waiter is not None:
            waiter.settle(error)

    def fail_all(self, error: NovaLiteError) -> None:
        """Nothing that waits now can be answered any more."""
        for waiter in list(self._waiters.values()):
            waiter.settle(error)
