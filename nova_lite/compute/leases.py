"""Leases: the conductor is told, in one message, how far the operations are that are worked on here."""

from __future__ import annotations

import logging

from nova_lite.compute.executor import Executor
from nova_lite.core.clock import Clock
from nova_lite.core.context import system_context
from nova_lite.rpcapi.conductor import Conductor

LOG = logging.getLogger(__name__)


class Leases:
    """Renews the leases of one host. ``clock``: an ordered one."""

    def __init__(self, host: str, conductor: Conductor, executor: Executor, clock: Clock) -> None:
        self._host, self._conductor, self._executor, self._clock = host, conductor, executor, clock

    def renew(self) -> None:
        """One turn; nothing is sent when nothing runs.

        When no conductor hears it the work goes on: what is begun here nobody else takes up (docs/adr/0005), and past
        its deadline its result is refused.
        """
        progress = self._executor.progress(self._clock.now())
        if not progress:
            return
        for operation_id in self._conductor.renew_leases(system_context(), self._host, progress):
            LOG.warning("operation %s is not this host's any more; it is called off", operation_id)
            self._executor.call_off(operation_id, progress[operation_id].epoch)
