"""From the hypervisor's threads to our tasks: what was put is handed to one listener, in order, from one task."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from nova_lite.core import concurrency
from nova_lite.core.concurrency import Mailbox

T = TypeVar("T")
LOG = logging.getLogger(__name__)


class Pump(Generic[T]):
    """Calls ``listener`` with everything that was put, from one task and in order.

    What the listener raises is logged: a failure with one event does not keep the others.
    """

    def __init__(self, listener: Callable[[T], None]) -> None:
        self._listener = listener
        self._mailbox: Mailbox[T | None] = concurrency.mailbox()
        self._open = True
        self._task = concurrency.spawn(self._run)

    def put(self, item: T) -> None:
        """Hand over an item; from any native thread. After ``close`` it is dropped."""
        if self._open:
            self._mailbox.put(item)

    def close(self) -> None:
        """Deliver what was put before, then end."""
        self._open = False
        self._mailbox.put(None)
        self._task.wait()
        self._mailbox.close()

    def _run(self) -> None:
        while (item := self._mailbox.get()) is not None:
            try:
                self._listener(item)
            except Exception:
                LOG.exception("an event was not taken: %s", item)
