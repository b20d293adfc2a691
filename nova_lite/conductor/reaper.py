"""The reaper: finds operations that nobody carries on, and sends them again or ends them in words.

Safe with several conductors: what it decides it writes conditionally, and what it sends twice is begun once.
"""

from __future__ import annotations

import logging

from nova_lite.conductor.dispatch import Dispatch, context_of
from nova_lite.conductor.faults import deadline_passed
from nova_lite.core.clock import Clock
from nova_lite.db.reads import operations as operation_reads
from nova_lite.db.session import Database
from nova_lite.db.writes import operations as operation_writes
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.errors import Superseded
from nova_lite.objects.operation import Operation
from nova_lite.objects.states import Action, OperationState, VmState

LOG = logging.getLogger(__name__)

class Reaper:
    """``cast_lease`` in seconds: how long a queued operation may wait before it is cast again."""

    def __init__(self, database: Database, dispatch: Dispatch, clock: Clock, cast_lease: float) -> None:
        self._database, self._dispatch, self._clock = database, dispatch, clock
        self._cast_lease = cast_lease

    def reap(self) -> None:
        """One turn."""
        now = self._clock.now()
        with self._database.read() as tx:
            late = operation_reads.expired(tx, now)
        for grant in late:
            try:
                self._treat(grant, now)
            except Superseded:
                continue  # another conductor was faster, or its worker came back

    def _treat(self, grant: ClaimGrant, now: float) -> None:
        operation = grant.operation
        if operation.deadline <= now:
            self._end(operation, now)
        elif operation.state is OperationState.QUEUED:
            self._cast_again(grant, now)
        else:
            # Its worker is silent. Only the host that began it may go on (docs/adr/0005): it is told again.
            self._dispatch.send(context_of(operation), grant)

    def _end(self, operation: Operation, now: float) -> None:
        # Nobody knows what a boot or delete that did not end has left; other actions leave the guest as it was.
        vm_state = VmState.ERROR if operation.action in (Action.CREATE, Action.DELETE) else None
        fault = deadline_passed(operation, now)
        self._database.transact(lambda tx: operation_writes.fail(tx, operation, fault, vm_state, now))
        LOG.error("%s of %s is given up: %s", operation.action, operation.instance_uuid, fault.message,
                  extra={"request_id": operation.request_id})

    def _cast_again(self, grant: ClaimGrant, now: float) -> None:
        operation = grant.operation
        until = now + self._cast_lease
        if not self._database.transact(lambda tx: operation_writes.recast(tx, operation, until, now)):
            return  # another conductor casts it, or somebody began it
        LOG.warning("nobody has begun %s of %s; it is cast again", operation.action, operation.instance_uuid,
                    extra={"request_id": operation.request_id})
        taken = self._dispatch.send(context_of(operation), grant)
        if not taken and operation.action is Action.CREATE and operation.host is not None:
            # The claimed host does not answer and never began the boot: another one may have it.
            freed = self._database.transact(lambda tx: operation_writes.reschedule(tx, operation, now))
            self._dispatch.send(context_of(operation), ClaimGrant(instance=freed.instance, operation=freed.operation))
