"""The recorder: the one writer of what schedulers and computes report."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from nova_lite.conductor import task_states
from nova_lite.conductor.dispatch import Dispatch
from nova_lite.conductor.faults import no_valid_host
from nova_lite.conductor.stamps import believed
from nova_lite.conf.control import ConductorSettings
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NotFound
from nova_lite.db.reads import operations as operation_reads
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import claims as claim_writes
from nova_lite.db.writes import decisions as decision_writes
from nova_lite.db.writes import instances as instance_writes
from nova_lite.db.writes import operations as operation_writes
from nova_lite.db.writes import task_states as task_state_writes
from nova_lite.objects.claim import ClaimGrant, ClaimRequest, Decision
from nova_lite.objects.errors import Superseded
from nova_lite.objects.fault import Fault
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import OperationResult, Progress
from nova_lite.objects.power import vm_state_after
from nova_lite.objects.states import RUINOUS, OperationState, PowerState, VmState

LOG = logging.getLogger(__name__)

Updated = Callable[[Instance, str], None]


def unheard(instance: Instance, reason: str) -> None:
    """Nobody is told."""


class Recorder:
    """Every method is one transaction; casts follow after its commit.

    The clock is read in the transaction: before it, there may be long to wait, and to try again.
    """

    def __init__(
        self, database: Database, dispatch: Dispatch, clock: Clock, settings: ConductorSettings,
        updated: Updated = unheard,
    ) -> None:
        """:param updated: told of every instance that changed though no operation was at work on it, and why."""
        self._database, self._dispatch, self._clock, self._updated = database, dispatch, clock, updated
        self._lease, self._cast_lease = settings.lease, settings.requeue_after
        self._max_attempts = settings.max_attempts

    def claim(self, request: ClaimRequest) -> ClaimGrant:
        """Raises NoCapacity, Superseded, NotFound."""
        return self._database.transact(
            lambda tx: claim_writes.claim(tx, request, self._clock.now(), self._cast_lease)
        )

    def no_valid_host(self, context: RequestContext, operation_id: str, epoch: int, decision: Decision) -> None:
        """End a boot that no host can take, with the reason; keep the decision."""
        def write(tx: Tx) -> Fault:
            now = self._clock.now()
            operation = operation_reads.get(tx, operation_id)
            if operation.epoch != epoch or operation.state is not OperationState.QUEUED:
                raise Superseded(f"operation {operation_id} has gone on meanwhile")
            fault = no_valid_host(decision, operation.message, now)
            decision_writes.record(tx, context.request_id, operation_id, decision, now)
            vm_state = VmState.ERROR if operation.action in RUINOUS else None
            operation_writes.fail(tx, operation, fault, vm_state, now)
            return fault

        fault = self._database.transact(write)
        LOG.warning("%s", fault.message, extra={"request_id": context.request_id})

    def begin(self, operation_id: str, epoch: int, host: str) -> ClaimGrant:
        """Raises Superseded, DeadlineExceeded, NotFound."""
        def write(tx: Tx) -> ClaimGrant:
            now = self._clock.now()
            return operation_writes.begin(tx, operation_id, epoch, host, now + self._lease, now)

        return self._database.transact(write)

    def renew(self, host: str, progress: dict[str, Progress]) -> list[str]:
        """Prolong the leases of what the host works on, and note its steps; those that are not its own."""
        now = self._clock.now()
        progress = {
            uuid: msgspec.structs.replace(told, at=believed(told.at, now)) for uuid, told in progress.items()
        }
        owned = self._database.transact(
            lambda tx: operation_writes.renew(tx, host, progress, self._clock.now() + self._lease)
        )
        self._follow([uuid for uuid in sorted(owned) if progress[uuid].step in task_states.STEPS])
        return sorted(set(progress) - owned)

    def _follow(self, operation_ids: list[str]) -> None:
        if not operation_ids:
            return
        with self._database.read() as tx:
            behind = task_state_writes.behind(tx, operation_ids, task_states.task_state)
        for uuid in behind:  # each on its own: the instance is its lock, and is taken first
            self._show(uuid)

    def _show(self, operation_id: str) -> None:
        choose = task_states.task_state
        self._database.transact(lambda tx: task_state_writes.follow(tx, operation_id, choose, self._clock.now()))

    def finish(self, context: RequestContext, result: OperationResult, admin_pass: str | None = None) -> None:
        """Record an end; what another host has to do, or may still try, goes on there. Raises Superseded.

        ``admin_pass`` goes along, and is not written down.
        """
        outcome = self._database.transact(
            lambda tx: operation_writes.finish(tx, result, self._clock.now(), attempts=self._max_attempts)
        )
        if outcome.onward:
            operation = outcome.operation
            LOG.info("%s of %s %s on %s; it goes on on %s", operation.action, outcome.instance.uuid, result.outcome,
                     result.host, operation.host or "another host", extra={"request_id": context.request_id})
            self._dispatch.send(context, ClaimGrant(instance=outcome.instance, operation=operation), admin_pass)

    def power_state_changed(self, host: str, instance_uuid: str, power_state: PowerState, at: float) -> None:
        """Follow what a guest did by itself, unless an operation owns the instance."""
        def write(tx: Tx) -> Instance | None:
            now = self._clock.now()
            try:
                vm_state = vm_state_after(instance_writes.hold(tx, instance_uuid).vm_state, power_state)
            except NotFound:
                return None
            change = instance_writes.PowerChange(power_state=power_state, vm_state=vm_state, at=believed(at, now))
            return instance_writes.set_power_state(tx, instance_uuid, host, change, now)

        instance = self._database.transact(write)
        if instance is not None:
            LOG.info("instance %s: the guest is %s, the instance %s", instance_uuid, power_state.name,
                     instance.vm_state)
            self._updated(instance, f"the guest is {power_state.name.lower()}")
