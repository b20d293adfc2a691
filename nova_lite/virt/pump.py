"""From the hypervisor's threads to our tasks: lifecycle events in their order, one task, one listener."""

from __future__ import annotations

from collections.abc import Callable

from nova_lite.core import concurrency
from nova_lite.core.concurrency import Mailbox
from nova_lite.virt.driver import LifecycleEvent


class EventPump:
    """Calls ``listener`` with every event that was put, from one task and in order. The listener MUST NOT raise."""

    def __init__(self, listener: Callable[[LifecycleEvent], None]) -> None:
        self._listener = listener
        self._mailbox: Mailbox[LifecycleEvent | None] = concurrency.mailbox()
        self._open = True
        self._task = concurrency.spawn(self._run)

    def put(self, event: LifecycleEvent) -> None:
        """Hand over an event; from any native thread. After ``close`` it is dropped."""
        if self._open:
            self._mailbox.put(event)

    def close(self) -> None:
        """Deliver what was put before, then end."""
        self._open = False
        self._mailbox.put(None)
        self._task.wait()
        self._mailbox.close()

    def _run(self) -> None:
        while (event := self._mailbox.get()) is not None:
            self._listener(event)
