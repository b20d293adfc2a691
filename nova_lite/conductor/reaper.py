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
from nova_lite.objects.states import Action, OperationState, VmState

LOG = logging.getLogger(__name__)

BATCH = 100  # operations looked at in one turn


class Reaper:
    """``requeue_after`` in seconds: how long a queued operation may wait before it is cast again."""

    def __init__(self, database: Database, dispatch: Dispatch, clock: Clock, requeue_after: float) -> None:
        self._database, self._dispatch, self._clock = database, dispatch, clock
        self._requeue_after = requeue_after

    def reap(self) -> None:
        """One turn."""
        now = self._clock.now()
        with self._database.read() as tx:
            overdue = operation_reads.past_deadline(tx, now, BATCH)
            waiting = operation_reads.not_carried_on(tx, now - self._requeue_after, now, BATCH)
        for grant in overdue:
            self._end(grant, now)
        for grant in waiting:
            self._send_again(grant, now)

    def _end(self, grant: ClaimGrant, now: float) -> None:
        operation = grant.operation
        # A boot or delete that did not end leaves nobody knows what; other actions leave the guest as it was.
        vm_state = VmState.ERROR if operation.action in (Action.CREATE, Action.DELETE) else None
        fault = deadline_passed(operation, now)
        if self._database.transact(
            lambda tx: operation_writes.fail(tx, operation.id, operation.epoch, fault, vm_state, now)
        ):
            LOG.error("%s of %s is given up: %s", operation.action, operation.instance_uuid, fault.message,
                      extra={"request_id": operation.request_id})

    def _send_again(self, grant: ClaimGrant, now: float) -> None:
        operation = grant.operation
        if not self._database.transact(
            lambda tx: operation_writes.touch(tx, operation.id, operation.epoch, operation.updated_at, now)
        ):
            return  # another conductor's reaper was first, or somebody began it
        LOG.warning("nobody carries on %s of %s; it is sent again", operation.action, operation.instance_uuid,
                    extra={"request_id": operation.request_id})
        taken = self._dispatch.send(context_of(operation), grant)
        if not taken and operation.action is Action.CREATE and operation.state is OperationState.QUEUED:
            self._give_back(grant, now)

    def _give_back(self, grant: ClaimGrant, now: float) -> None:
        """The claimed host of a boot does not answer and has not begun it: another host may have it."""
        operation = grant.operation
        if operation.host is None:
            return
        freed = self._database.transact(
            lambda tx: operation_writes.unclaim(tx, operation.id, operation.epoch, now)
        )
        if freed is not None:
            self._dispatch.send(context_of(freed.operation), freed)
