"""The life of an operation after it was accepted: begun, under way, ended, cast again, failed.

Every change is a compare-and-swap on the operation's state and epoch, under the lock of its instance.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from msgspec import structs
from sqlalchemy import select, update

from nova_lite.core import clock
from nova_lite.core.errors import DeadlineExceeded
from nova_lite.db import swaps
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads import operations as reads
from nova_lite.db.session import Tx
from nova_lite.db.writes import claims, instances, outcomes, ownership, relay
from nova_lite.db.writes.outbox import CAST_LEASE, add_events
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.fault import Fault
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import (
    Create,
    Delete,
    Evacuate,
    Operation,
    OperationEvent,
    OperationResult,
    Placed,
    Progress,
    Unshelve,
)
from nova_lite.objects.power import vm_state_after
from nova_lite.objects.states import QUIET, RUINOUS, Leg, OperationState, TaskState, VmState

ATTEMPTS = 3
"""Hosts on which a boot is tried."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What has become of an operation. ``onward``: it is queued again; cast it to its host, or to the scheduler."""

    instance: Instance
    operation: Operation
    onward: bool = False

    @classmethod
    def handed_on(cls, grant: ClaimGrant) -> Finished:
        return cls(instance=grant.instance, operation=grant.operation, onward=True)


def begin(tx: Tx, operation_id: str, epoch: int, host: str, lease_until: float, now: float) -> ClaimGrant:
    """The host that the operation was given to takes it up. Repeating it, with the same epoch, changes nothing.

    :raises NotFound: no such operation.
    :raises Superseded: it is finished, another host's, or of another epoch.
    :raises DeadlineExceeded: it is too late to begin.
    """
    grant = ownership.hold(tx, operation_id)
    instance, operation = grant.instance, grant.operation
    if not _owned(operation, epoch, host) or instance.deleted_at is not None:
        raise ownership.superseded(operation)
    if operation.deadline <= now:
        raise DeadlineExceeded(f"operation {operation_id} should have ended already", operation=operation_id)
    if operation.state == OperationState.RUNNING:
        return grant
    begun = ownership.begin(tx, operation, lease_until, now)
    task_state = _task_state(instance, begun)
    if task_state != instance.task_state:
        instance = instances.save(tx, instance, now, task_state=task_state)
    return ClaimGrant(instance=instance, operation=begun)


def renew(tx: Tx, host: str, progress: Mapping[str, Progress], lease_until: float) -> frozenset[str]:
    """Renew a host's leases and note the steps of its running operations; those that are still its own.

    What is not in the answer has been superseded. Of what was told later already nothing is changed: an old step must
    not take the place of one from which there is no way back.
    """
    row = OperationRow
    running = select(row.uuid, row.epoch, row.step, row.told_at).where(
        row.uuid.in_(list(progress)), row.host == host, row.state == OperationState.RUNNING
    )
    owned: set[str] = set()
    renewed: dict[float, list[str]] = defaultdict(list)
    moved: dict[str, list[str]] = defaultdict(list)
    for uuid, epoch, step, told_at in tx.tuples(running.with_for_update()):
        told = progress[uuid]
        if told.epoch == epoch:
            owned.add(uuid)
            if told.at > told_at:
                renewed[told.at].append(uuid)
                if told.step != step:
                    moved[told.step].append(uuid)
    for at, uuids in renewed.items():
        tx.change(update(row).where(row.uuid.in_(uuids)).values(lease_expires_at=lease_until, told_at=at))
    for step, uuids in moved.items():
        tx.change(update(row).where(row.uuid.in_(uuids)).values(step=step))
    return frozenset(owned)


def finish(tx: Tx, result: OperationResult, now: float, *, attempts: int = ATTEMPTS) -> Finished:
    """End a running operation: its events, its instance's states and fault, its allocation, all at once.

    A boot that failed where another host may succeed is queued again without that host, while ``attempts`` last; what
    another host has to go on with is queued for that one (:mod:`nova_lite.db.writes.relay`). Repeating a result that
    was taken is no error.

    :raises NotFound: no such operation.
    :raises Superseded: it is not running on that host with that epoch.
    """
    grant = ownership.hold(tx, result.operation_id)
    instance, operation = grant.instance, grant.operation
    if operation.state != OperationState.RUNNING or not _owned(operation, result.epoch, result.host):
        if _agrees(operation, result) or _taken(tx, result):
            return Finished(instance=instance, operation=operation)
        raise ownership.superseded(operation)
    add_events(tx, operation.id, result.events)
    if result.outcome == "done":
        return _succeed(tx, grant, result, now)
    again = result.reschedule and operation.attempt < attempts and now < operation.deadline
    if again and isinstance(operation.arguments, Placed):
        return _queue_again(tx, grant, result.host, now, result.fault)
    back = relay.after_failure(tx, grant, result.fault, now, left=not result.undone)
    if back is not None:
        # A host that failed to clear away is not asked again at once: the reaper does that.
        again = back.operation.work is operation.work
        return Finished(instance=back.instance, operation=back.operation, onward=not again)
    changes = _states(operation, instance, result) | _failure(operation, instance, result.fault, result.vm_state)
    # Where the host may have something of a boot that failed, it keeps it, so that a delete goes there.
    changes |= outcomes.failed(tx, operation, instance, now, left=not result.undone)
    return _ended_with(tx, operation, instances.save(tx, instance, now, **changes), result.fault, now)


def fail(tx: Tx, operation: Operation, fault: Fault, vm_state: VmState | None, now: float) -> Finished:
    """End an unfinished operation for its worker: no host was found, its lease ended, its deadline passed.

    ``vm_state`` None leaves the VM state. ``operation`` is what the decision was made on. A host that never began a
    boot loses the claim; one that did keeps it with the instance, so that a delete is sent there.

    :raises Superseded: somebody was faster: the operation has ended, or has another epoch or state.
    """
    grant = ownership.hold(tx, operation.id)
    instance, current = grant.instance, grant.operation
    if current.state != operation.state or current.epoch != operation.epoch or _ended(current):
        raise ownership.superseded(current)
    add_events(tx, current.id, [_decided(current, fault, now)])
    changes = _failure(current, instance, fault, vm_state)
    changes |= outcomes.failed(tx, current, instance, now, left=current.state != OperationState.QUEUED)
    return _ended_with(tx, current, instances.save(tx, instance, now, **changes), fault, now)


def recast(tx: Tx, operation: Operation, lease_until: float, now: float) -> bool:
    """Take it on oneself to cast an operation again whose lease is over.

    False when somebody else did, or it went on.
    """
    return bool(tx.change(
        update(OperationRow)
        .where(
            OperationRow.uuid == operation.id, OperationRow.state == operation.state,
            OperationRow.epoch == operation.epoch, OperationRow.lease_expires_at == operation.lease_expires_at,
        )
        .values(lease_expires_at=lease_until, updated_at=swaps.following(OperationRow.updated_at, now))
    ))


def pass_over(tx: Tx, operation: Operation, message: str, now: float) -> Finished:
    """Go on without a host that is down, and that had only to clear away: for its owner the instance is gone from it.

    What the host still has of it goes when the host comes back and asks (``conductor.registry.disowned``).

    :raises Superseded: somebody was faster.
    """
    grant = _as_seen(tx, operation)
    onward = relay.after_success(tx, grant, now)
    if onward is not None:
        return Finished.handed_on(onward)
    if isinstance(operation.arguments, Delete):
        return _buried(tx, grant, message, now)
    changes = {"task_state": None, "fault": None, **outcomes.succeeded(tx, grant.operation, grant.instance, now)}
    after = instances.save(tx, grant.instance, now, **changes)
    ended = ownership.end(tx, grant.operation, after, OperationState.DONE, message, now)
    return Finished(instance=after, operation=ended)


def turn_back(tx: Tx, operation: Operation, fault: Fault, now: float) -> Finished:
    """Take a move from a destination that has, and will have, nothing of the guest; its source goes on.

    :raises Superseded: somebody was faster.
    """
    grant = _as_seen(tx, operation)
    back = relay.fall_back(tx, grant, fault, now)
    add_events(tx, operation.id, [_decided(operation, fault, now)])
    return Finished.handed_on(back)


def recall(tx: Tx, operation: Operation, fault: Fault, vm_state: VmState | None, now: float) -> Finished:
    """Take a move from a destination that may have the guest: it is to destroy that first, then the source goes on.

    ``vm_state``: what the instance is in until then; None: as it is. Repeated while the destination does not do it.

    :raises Superseded: somebody was faster.
    """
    grant = _as_seen(tx, operation)
    away = relay.recall(tx, grant, fault, now, vm_state)
    if operation.work is Leg.ARRIVE or vm_state not in (None, grant.instance.vm_state):
        add_events(tx, operation.id, [_decided(operation, fault, now)])
    return Finished.handed_on(away)


def reschedule(tx: Tx, operation: Operation, now: float) -> Finished:
    """Take a boot from a host that will not end it, and queue it for another one with a higher epoch.

    The caller knows that the host has, and will have, nothing of the instance: it never began, or it is fenced.

    :raises Superseded: somebody was faster.
    """
    grant = _as_seen(tx, operation)
    return _queue_again(tx, grant, grant.operation.host, now, None)


def _decided(operation: Operation, fault: Fault, now: float) -> OperationEvent:
    """What the history says of an end that no host tells of."""
    return OperationEvent(
        name=f"conductor_{operation.action}", started_at=now, finished_at=now, result="Error",
        reason=fault.message, details=fault.details,
    )


def _as_seen(tx: Tx, operation: Operation) -> ClaimGrant:
    """Hold an operation about which something was decided. Raises Superseded when it has gone on since."""
    grant = ownership.hold(tx, operation.id)
    current = grant.operation
    if current.state != operation.state or current.epoch != operation.epoch or _ended(current):
        raise ownership.superseded(current)
    return grant


def _succeed(tx: Tx, grant: ClaimGrant, result: OperationResult, now: float) -> Finished:
    onward = relay.after_success(tx, grant, now)
    if onward is not None:
        return Finished.handed_on(onward)
    instance, operation = grant.instance, grant.operation
    if isinstance(operation.arguments, Delete):
        return _buried(tx, grant, "", now)
    changes = _states(operation, instance, result)
    if operation.action not in QUIET:
        changes |= {"task_state": None, "fault": None}
    state, message, outcome = OperationState.DONE, "", outcomes.succeeded
    if outcomes.is_fallen_back(operation):
        state, message, outcome = OperationState.FAILED, operation.message, outcomes.fell_back
    changes |= outcome(tx, operation, instance, now)
    if instance.launched_at is None:
        changes["launched_at"] = clock.following(instance.updated_at, now)
    after = instances.save(tx, instance, now, **changes)
    return Finished(instance=after, operation=ownership.end(tx, operation, after, state, message, now))


def _buried(tx: Tx, grant: ClaimGrant, message: str, now: float) -> Finished:
    claims.release(tx, grant.instance.uuid)
    gone = instances.soft_delete(tx, grant.instance, now)
    ended = ownership.end(tx, grant.operation, gone, OperationState.DONE, message, now)
    return Finished(instance=gone, operation=ended)


def _queue_again(tx: Tx, grant: ClaimGrant, without: str | None, now: float, fault: Fault | None) -> Finished:
    operation = grant.operation
    arguments = operation.arguments
    assert isinstance(arguments, Create | Unshelve | Evacuate)
    if without is not None:
        excluded = (*arguments.excluded_hosts, without)
        arguments = structs.replace(arguments, excluded_hosts=excluded)
    # The epoch grows here already: from now on the host that had it is refused.
    queued = ownership.save(
        tx, operation, now, state=OperationState.QUEUED, host=None, epoch=operation.epoch + 1, arguments=arguments,
        step="", lease_expires_at=now + CAST_LEASE, message=fault.message if fault else operation.message,
    )
    # What is evacuated belongs to the host that it had; a boot and what is unshelved to none.
    home = arguments.source if isinstance(arguments, Evacuate) else None
    claims.release_elsewhere(tx, grant.instance.uuid, home)
    task_state = TaskState.SCHEDULING if isinstance(arguments, Create) else grant.instance.task_state
    instance = instances.save(tx, grant.instance, now, host=home, task_state=task_state)
    return Finished(instance=instance, operation=queued, onward=True)


def _task_state(instance: Instance, begun: Operation) -> TaskState | None:
    if begun.work is Leg.DEPART:
        return TaskState.RESIZE_MIGRATING
    if begun.work is Leg.ARRIVE:
        return TaskState.RESIZE_FINISH
    return TaskState.SPAWNING if instance.task_state == TaskState.SCHEDULING else instance.task_state


def _ended_with(tx: Tx, operation: Operation, instance: Instance, fault: Fault | None, now: float) -> Finished:
    message = fault.message if fault else ""
    ended = ownership.end(tx, operation, instance, OperationState.FAILED, message, now)
    return Finished(instance=instance, operation=ended)


def _states(operation: Operation, instance: Instance, result: OperationResult) -> dict[str, Any]:
    """What a result says of the guest; of one that something else is being done to, the end of that speaks."""
    if operation.action in QUIET and instance.task_state is not None:
        return {}
    power_state = instance.power_state if result.power_state is None else result.power_state
    vm_state = result.vm_state or instance.vm_state
    if outcomes.is_fallen_back(operation) and result.outcome == "done" and vm_state is VmState.ERROR:
        # It was, while a host that was silent might have had the guest.
        vm_state = vm_state_after(VmState.ACTIVE, power_state) or VmState.ACTIVE
    return {"vm_state": vm_state, "power_state": power_state}


def _failure(
    operation: Operation, instance: Instance, fault: Fault | None, vm_state: VmState | None
) -> dict[str, Any]:
    if operation.action in QUIET:
        return {}
    otherwise = VmState.ERROR if operation.action in RUINOUS else instance.vm_state
    changes: dict[str, Any] = {"task_state": None, "vm_state": vm_state or otherwise}
    if fault is not None:
        changes["fault"] = fault
    return changes


def _owned(operation: Operation, epoch: int, host: str) -> bool:
    return not _ended(operation) and operation.epoch == epoch and operation.host == host


def _ended(operation: Operation) -> bool:
    return operation.state in (OperationState.DONE, OperationState.FAILED)


def _agrees(operation: Operation, result: OperationResult) -> bool:
    """Whether the operation has ended just so already, in this very leg; by this result, or by the conductor's word."""
    same = operation.epoch == result.epoch and operation.host == result.host
    return same and operation.state.value == result.outcome


def _taken(tx: Tx, result: OperationResult) -> bool:
    """Whether this very result is in the history. The operation may have gone on since, on another host: the one that
    repeats what was heard must not be told that it was superseded, else it takes back what the other goes on from.
    """
    known = {_what_happened(event) for event in reads.events(tx, [result.operation_id])[result.operation_id]}
    told = {_what_happened(event) for event in result.events}
    return bool(told) and told <= known


def _what_happened(event: OperationEvent) -> tuple[object, ...]:
    return event.name, event.host, event.started_at, event.finished_at, event.result
