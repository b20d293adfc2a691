"""The life of an operation after it was accepted: begun, under way, ended, cast again, failed.

Every change is a compare-and-swap on the operation's state and epoch, under the lock of its instance.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import select, update

from nova_lite.core.errors import DeadlineExceeded
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.session import Tx
from nova_lite.db.writes import claims, instances, ownership
from nova_lite.db.writes.outbox import CAST_LEASE, add_events
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.fault import Fault
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Create, Delete, Operation, OperationEvent, OperationResult
from nova_lite.objects.states import OperationState, TaskState, VmState

ATTEMPTS = 3
"""Hosts on which a boot is tried."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What has become of an operation. ``reschedule``: it is queued again; cast it to the scheduler."""

    instance: Instance
    operation: Operation
    reschedule: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A worker's word from the middle of an operation: the step it is at, and the events since its last word."""

    operation_id: str
    epoch: int
    host: str
    step: str
    events: Sequence[OperationEvent] = ()
    lease_until: float


def begin(tx: Tx, operation_id: str, epoch: int, host: str, lease_until: float, now: float) -> ClaimGrant:
    """The host that the operation was given to takes it up. Repeating it, with the same epoch, is no error.

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
    begun = ownership.save(tx, operation, now, state=OperationState.RUNNING, lease_expires_at=lease_until)
    if instance.task_state == TaskState.SCHEDULING:
        instance = instances.save(tx, instance, now, task_state=TaskState.SPAWNING)
    return ClaimGrant(instance=instance, operation=begun)


def note_step(tx: Tx, progress: Progress, now: float) -> None:
    """Write down how far a running operation is, and renew its lease.

    :raises Superseded: the operation is no longer the worker's; it is to stop and undo.
    """
    matched = tx.change(
        update(OperationRow)
        .where(
            OperationRow.uuid == progress.operation_id, OperationRow.state == OperationState.RUNNING,
            OperationRow.epoch == progress.epoch, OperationRow.host == progress.host,
        )
        .values(step=progress.step, lease_expires_at=progress.lease_until, updated_at=now)
    )
    if not matched:
        raise ownership.superseded(ownership.hold(tx, progress.operation_id).operation)
    add_events(tx, progress.operation_id, progress.events)


def renew(tx: Tx, host: str, epochs: Mapping[str, int], lease_until: float) -> frozenset[str]:
    """Renew a host's leases, given as the epochs of its running operations; those that are still its own.

    What is not in the answer has been superseded.
    """
    running = select(OperationRow.uuid, OperationRow.epoch).where(
        OperationRow.uuid.in_(list(epochs)), OperationRow.host == host, OperationRow.state == OperationState.RUNNING
    )
    owned = {uuid for uuid, epoch in tx.tuples(running.with_for_update()) if epochs[uuid] == epoch}
    if owned:
        tx.change(update(OperationRow).where(OperationRow.uuid.in_(owned)).values(lease_expires_at=lease_until))
    return frozenset(owned)


def finish(tx: Tx, result: OperationResult, now: float, *, attempts: int = ATTEMPTS) -> Finished:
    """End a running operation: its events, its instance's states and fault, its allocation, all at once.

    A boot that failed where another host may succeed is queued again without that host, while ``attempts`` last.
    Repeating a result that was taken is no error.

    :raises NotFound: no such operation.
    :raises Superseded: it is not running on that host with that epoch.
    """
    grant = ownership.hold(tx, result.operation_id)
    instance, operation = grant.instance, grant.operation
    if _repeated(operation, result):
        return Finished(instance=instance, operation=operation)
    if operation.state != OperationState.RUNNING or not _owned(operation, result.epoch, result.host):
        raise ownership.superseded(operation)
    add_events(tx, operation.id, result.events)
    if result.outcome == "done":
        return _succeed(tx, grant, result, now)
    booting = isinstance(operation.arguments, Create)
    if booting and result.reschedule and operation.attempt < attempts and now < operation.deadline:
        return _queue_again(tx, grant, result.host, now)
    ended = _close(tx, operation, OperationState.FAILED, result.fault, now)
    changes = _failure(instance, result.fault, result.vm_state)
    if result.power_state is not None:
        changes["power_state"] = result.power_state
    if booting:  # what was done is undone: the host has nothing of it
        claims.release(tx, instance.uuid)
        changes |= {"host": None, "vm_state": VmState.ERROR}
    return Finished(instance=instances.save(tx, instance, now, **changes), operation=ended)


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
    ended = _close(tx, current, OperationState.FAILED, fault, now)
    changes = _failure(instance, fault, vm_state)
    if isinstance(current.arguments, Create) and current.state == OperationState.QUEUED:
        claims.release(tx, instance.uuid)
        changes["host"] = None
    return Finished(instance=instances.save(tx, instance, now, **changes), operation=ended)


def recast(tx: Tx, operation: Operation, lease_until: float, now: float) -> bool:
    """Take it on oneself to cast a queued operation again; False when another conductor has, or it was begun."""
    return bool(tx.change(
        update(OperationRow)
        .where(
            OperationRow.uuid == operation.id, OperationRow.state == OperationState.QUEUED,
            OperationRow.epoch == operation.epoch, OperationRow.lease_expires_at == operation.lease_expires_at,
        )
        .values(lease_expires_at=lease_until, updated_at=now)
    ))


def reschedule(tx: Tx, operation: Operation, now: float) -> Finished:
    """Take a boot from a host that will not end it, and queue it for another one with a higher epoch.

    The caller knows that the host has, and will have, nothing of the instance: it never began, or it is fenced.

    :raises Superseded: somebody was faster.
    """
    grant = ownership.hold(tx, operation.id)
    current = grant.operation
    if current.state != operation.state or current.epoch != operation.epoch or _ended(current):
        raise ownership.superseded(current)
    return _queue_again(tx, grant, current.host, now)


def _succeed(tx: Tx, grant: ClaimGrant, result: OperationResult, now: float) -> Finished:
    instance = grant.instance
    ended = _close(tx, grant.operation, OperationState.DONE, None, now)
    if isinstance(grant.operation.arguments, Delete):
        claims.release(tx, instance.uuid)
        return Finished(instance=instances.soft_delete(tx, instance, now), operation=ended)
    changes: dict[str, Any] = {
        "task_state": None, "fault": None,
        "vm_state": result.vm_state or instance.vm_state,
        "power_state": instance.power_state if result.power_state is None else result.power_state,
    }
    if instance.launched_at is None:
        changes["launched_at"] = now
    return Finished(instance=instances.save(tx, instance, now, **changes), operation=ended)


def _queue_again(tx: Tx, grant: ClaimGrant, without: str | None, now: float) -> Finished:
    operation = grant.operation
    arguments = operation.arguments
    if isinstance(arguments, Create) and without is not None:
        excluded = (*arguments.excluded_hosts, without)
        arguments = structs.replace(arguments, excluded_hosts=excluded)
    # The epoch grows here already: from now on the host that had it is refused.
    queued = ownership.save(
        tx, operation, now, state=OperationState.QUEUED, host=None, epoch=operation.epoch + 1, arguments=arguments,
        step="", lease_expires_at=now + CAST_LEASE,
    )
    claims.release(tx, grant.instance.uuid)
    instance = instances.save(tx, grant.instance, now, host=None, task_state=TaskState.SCHEDULING)
    return Finished(instance=instance, operation=queued, reschedule=True)


def _close(tx: Tx, operation: Operation, state: OperationState, fault: Fault | None, now: float) -> Operation:
    return ownership.save(
        tx, operation, now, state=state, message=fault.message if fault else "", finished_at=now,
        lease_expires_at=None,
    )


def _failure(instance: Instance, fault: Fault | None, vm_state: VmState | None) -> dict[str, Any]:
    changes: dict[str, Any] = {"task_state": None, "vm_state": vm_state or instance.vm_state}
    if fault is not None:
        changes["fault"] = fault
    return changes


def _owned(operation: Operation, epoch: int, host: str) -> bool:
    return not _ended(operation) and operation.epoch == epoch and operation.host == host


def _ended(operation: Operation) -> bool:
    return operation.state in (OperationState.DONE, OperationState.FAILED)


def _repeated(operation: Operation, result: OperationResult) -> bool:
    same = operation.epoch == result.epoch and operation.host == result.host
    return same and operation.state.value == result.outcome
