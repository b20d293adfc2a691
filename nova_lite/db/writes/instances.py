"""Writing instances: boot requests, the beginning of actions and deletions, and changes of the record."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec import structs
from sqlalchemy import and_, or_, select, update

from nova_lite.core.clock import following
from nova_lite.core.errors import Conflict
from nova_lite.db import swaps
from nova_lite.db.models.hosts import AllocationRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads.instances import from_row, locking, not_found
from nova_lite.db.reads.operations import UNFINISHED
from nova_lite.db.reads.quotas import ledger
from nova_lite.db.session import Tx
from nova_lite.db.writes import limits, network, outbox
from nova_lite.db.writes.instance_values import changed_values, values
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Delete, Operation, move_of
from nova_lite.objects.quota import Quota
from nova_lite.objects.states import QUIET, Action, OperationState, PowerState, TaskState, VmState


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """What an action needs and sets: it begins in one of ``from_vm_states``, while nothing is being done to the
    instance or one of ``allow_task_states`` is, and sets ``task_state`` (None: nothing that is shown is being done).
    ``unplaced``: no host has the instance. ``scheduled``: the operation is a scheduler's to place. ``overtakes``: what
    is unfinished on the instance fails. ``alone``: nothing may be unfinished, not even what is not shown.
    """

    task_state: TaskState | None
    from_vm_states: frozenset[VmState]
    allow_task_states: frozenset[TaskState] = frozenset()
    unplaced: bool = False
    scheduled: bool = False
    overtakes: bool = False
    alone: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """``started``: cast ``operation`` to its host. ``done``: no host had it, it is gone already. ``already``: an
    earlier request is deleting it; there is no new operation.
    """

    outcome: Literal["started", "done", "already"]
    instance: Instance
    operation: Operation | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PowerChange:
    """What a host saw at the time ``at`` (seconds). ``vm_state`` None leaves the VM state as it is."""

    power_state: PowerState
    vm_state: VmState | None
    at: float


def create(
    tx: Tx, instances: Sequence[Instance], operations: Sequence[Operation], configured: Quota, now: float,
    complete: Callable[[Tx, Instance], Instance] = lambda tx, instance: instance,
) -> list[Instance]:
    """Accept a boot request for instances of one project: all of them, within the quota, or none. ``configured`` are
    the limits of projects that have none of their own.

    ``complete`` gives each what it needs besides, once the quota admits them; the instances as they were written.

    :raises QuotaExceeded: instances, cores or ram would go over; see :func:`nova_lite.db.writes.limits.check`.
    """
    project_id = instances[0].project_id
    limits.take_turn(tx, project_id, now)
    quota, used = ledger(tx, project_id, configured)
    limits.check({"instances": quota.instances, "cores": quota.cores, "ram": quota.ram}, structs.asdict(used), {
        "instances": len(instances),
        "cores": sum(instance.flavor.vcpus for instance in instances),
        "ram": sum(instance.flavor.memory_mb for instance in instances),
    })
    made = [complete(tx, instance) for instance in instances]
    tx.insert(InstanceRow, *(values(instance) for instance in made))
    outbox.put(tx, *(
        ClaimGrant(instance=instance, operation=operation)
        for instance, operation in zip(made, operations, strict=True)
    ))
    return made


def start_action(
    tx: Tx, operation: Operation, transition: Transition, now: float, *, project_id: str | None, override_lock: bool
) -> ClaimGrant:
    """Set the task state and write the operation, for the host that has the instance; ready to be cast.

    ``project_id`` None: an instance of any project. ``override_lock``: the caller may act on a locked instance.

    :raises NotFound: no such instance of this project.
    :raises Conflict: its states, its lock, what is under way, or the lack of a host forbid it; in Nova's words.
    """
    uuid = operation.instance_uuid
    changed = tx.change(
        update(InstanceRow)
        .where(
            _live(uuid, project_id, override_lock),
            InstanceRow.host.is_(None) if transition.unplaced else InstanceRow.host.is_not(None),
            InstanceRow.vm_state.in_(sorted(transition.from_vm_states)),
            or_(InstanceRow.task_state.is_(None), InstanceRow.task_state.in_(sorted(transition.allow_task_states))),
        )
        .values(task_state=transition.task_state, **_touched(now))
    )
    instance = current(tx, uuid, project_id)
    if not changed:
        check_action(instance, operation.action, transition, override_lock=override_lock)
        raise Conflict(f"Instance {instance.uuid} is not ready", instance=instance.uuid)
    if transition.alone:
        _must_be_alone(tx, operation)
    if transition.overtakes or transition.allow_task_states:
        # What is overtaken must not come later: a reboot that was delayed would find the server in any state.
        keep = () if transition.overtakes else QUIET
        outbox.supersede(tx, instance, f"superseded by {operation.action}", instance.updated_at, keep)
    move = move_of(operation.arguments)
    host = None if transition.scheduled else instance.host if move is None else move.host
    grant = ClaimGrant(instance=instance, operation=_following(instance, operation, host=host))
    return ClaimGrant(instance=instance, operation=outbox.put(tx, grant)[0])


def _touched(now: float) -> dict[str, Any]:
    """What else changes of a row whenever it does, see :func:`save`."""
    return {"updated_at": swaps.following(InstanceRow.updated_at, now), "revision": InstanceRow.revision + 1}


def _must_be_alone(tx: Tx, operation: Operation) -> None:
    """What is quiet belongs to the host that the instance leaves: later it would be done to what is left there.

    The caller has changed the instance's row, so nothing else begins meanwhile.
    """
    uuid = operation.instance_uuid
    unfinished = tx.tuples(select(OperationRow.action).where(
        OperationRow.instance_uuid == uuid, OperationRow.state.in_(UNFINISHED),
    ))
    if unfinished:
        raise Conflict(
            f"Cannot '{operation.action}' instance {uuid} while {unfinished[0][0]} is under way",
            instance=uuid, action=str(operation.action),
        )


def start_delete(
    tx: Tx, operation: Operation, now: float, *, project_id: str | None, override_lock: bool
) -> Deletion:
    """Begin to delete: whatever else is unfinished on the instance fails, superseded.

    Where no host has the instance, it is gone when this returns. Deleting what is being deleted is no error.

    :raises NotFound: no such instance of this project.
    :raises Conflict: it is locked.
    """
    uuid = operation.instance_uuid
    changed = tx.change(
        update(InstanceRow)
        .where(
            _live(uuid, project_id, override_lock),
            or_(InstanceRow.task_state.is_(None), InstanceRow.task_state != TaskState.DELETING),
        )
        .values(task_state=TaskState.DELETING, **_touched(now))
    )
    instance = current(tx, uuid, project_id)
    if not changed:
        if instance.task_state != TaskState.DELETING:
            raise _is_locked(uuid)
        return Deletion(outcome="already", instance=instance)
    arguments = _clearing(tx, instance)
    outbox.supersede(tx, instance, f"superseded by {operation.action}", instance.updated_at)
    if instance.host is not None:
        owned = _following(instance, operation, host=instance.host, arguments=arguments)
        grant = ClaimGrant(instance=instance, operation=owned)
        return Deletion(outcome="started", instance=instance, operation=outbox.put(tx, grant)[0])
    gone = soft_delete(tx, instance, now)
    begun = _following(instance, operation, state=OperationState.DONE)
    ended = structs.replace(begun, updated_at=begun.created_at, finished_at=begun.created_at)
    outbox.put(tx, ClaimGrant(instance=gone, operation=ended))
    return Deletion(outcome="done", instance=gone, operation=ended)


def _following(instance: Instance, operation: Operation, **changes: Any) -> Operation:
    """A new operation on an instance that was just changed for it: whatever was done before ended before it begins."""
    begins = max(operation.created_at, instance.updated_at)
    return structs.replace(operation, **changes, created_at=begins, updated_at=begins)


def _clearing(tx: Tx, instance: Instance) -> Delete:
    """What a delete has to visit and to remove beside the instance's own host."""
    places = tx.tuples(select(AllocationRow.host).where(AllocationRow.instance_uuid == instance.uuid))
    moves = tx.tuples(select(OperationRow.uuid).where(
        OperationRow.instance_uuid == instance.uuid, OperationRow.state.in_(UNFINISHED),
        OperationRow.action.in_((Action.MIGRATE, Action.RESIZE)),
    ))
    return Delete(
        others=tuple(sorted(str(host) for (host,) in places if host != instance.host)),
        image_id=next((str(uuid) for (uuid,) in moves), None),
    )


def soft_delete(tx: Tx, instance: Instance, now: float) -> Instance:
    """Mark an instance, which the caller holds, as deleted; its ports go or are free again.

    Its allocation is the caller's to release.
    """
    now = following(instance.updated_at, now)
    network.release_server(tx, instance.uuid, now)
    return save(
        tx, instance, now, vm_state=VmState.DELETED, task_state=None, power_state=PowerState.NOSTATE,
        terminated_at=now, deleted_at=now,
    )


def hold(tx: Tx, uuid: str) -> Instance:
    """Read an instance, deleted or not, and hold its row until the transaction ends. Raises NotFound."""
    row = tx.row(locking(uuid))
    if row is None:
        raise not_found(uuid)
    return from_row(row)


def save(tx: Tx, before: Instance, now: float, **changes: Any) -> Instance:
    """Commit a changed value in the place of ``before``; fields as :class:`Instance` has them. ``updated_at`` is
    ``now``, but never goes back: who waited for the row has read the clock before whoever had it.

    :raises Conflict: the record is no longer ``before``; impossible while the caller holds it.
    """
    updated_at = following(before.updated_at, now)
    after = structs.replace(before, **changes, updated_at=updated_at, revision=before.revision + 1)
    # What another host tells is of another clock, and nothing of its has been heard yet.
    unheard = {"told_at": 0.0} if after.host != before.host else {}
    matched = tx.change(
        swaps.still(InstanceRow, "uuid", "revision"), was_uuid=before.uuid, was_revision=before.revision,
        **changed_values(after, changes), **unheard,
    )
    if not matched:
        raise Conflict(f"Instance {before.uuid} has been changed by somebody else meanwhile", instance=before.uuid)
    return after


def update_fields(tx: Tx, uuid: str, project_id: str | None, now: float, **fields: Any) -> Instance:
    """Set what a user may change at any time: display_name, hostname, description, access_ip_v4, access_ip_v6,
    metadata, tags, disk_config, pinned_zone, locked and by whom and why. Raises NotFound.
    """
    return edit(tx, uuid, project_id, lambda _: fields, now)


def edit(
    tx: Tx, uuid: str, project_id: str | None, change: Callable[[Instance], Mapping[str, Any]], now: float
) -> Instance:
    """Change a record by what it is now, while nobody else can: ``change`` gives the new fields, or raises.

    :raises NotFound: no such instance of this project.
    """
    instance = current(tx, uuid, project_id)
    return save(tx, instance, now, **change(instance))


def set_power_state(tx: Tx, uuid: str, host: str, change: PowerChange, now: float) -> Instance | None:
    """Write down what a host saw of its instance; None when that is of no account.

    It is not when the host does not own the instance, when something later has been heard of it, when an operation
    is at work on it (its end will tell), when the record has been changed after ``at``, or when nothing is new.
    """
    instance = hold(tx, uuid)
    if instance.host != host or instance.deleted_at is not None:
        return None
    # Of no account now and ever. To a host that an instance comes back to nothing has been told yet: copies of what
    # it said before would be heard.
    if change.at < instance.updated_at or not _hear(tx, uuid, change.at):
        return None
    vm_state = change.vm_state or instance.vm_state
    news = (vm_state, change.power_state) != (instance.vm_state, instance.power_state)
    if instance.task_state is not None or not news:
        return None
    return save(tx, instance, now, vm_state=vm_state, power_state=change.power_state)


def _hear(tx: Tx, uuid: str, at: float) -> bool:
    # What is of no account now must not be so later, when the same message comes again.
    row = InstanceRow
    return bool(tx.change(update(row).where(row.uuid == uuid, row.told_at < at).values(told_at=at)))


def _live(uuid: str, project_id: str | None, override_lock: bool) -> Any:
    found = and_(InstanceRow.uuid == uuid, InstanceRow.deleted == "")
    if project_id is not None:
        found = and_(found, InstanceRow.project_id == project_id)
    return found if override_lock else and_(found, InstanceRow.locked.is_(False))


def current(tx: Tx, uuid: str, project_id: str | None) -> Instance:
    """Read a live instance of a project (None: of any) and hold its row. Raises NotFound."""
    instance = hold(tx, uuid)
    if instance.deleted_at is not None or project_id not in (None, instance.project_id):
        raise not_found(uuid)
    return instance


def check_action(instance: Instance, action: Action, transition: Transition, *, override_lock: bool) -> None:
    """:raises Conflict: the lock or the states of the instance, as they are here, forbid the action."""
    if instance.locked and not override_lock:
        raise _is_locked(instance.uuid)
    if instance.vm_state not in transition.from_vm_states:
        raise _wrong_state(instance.uuid, action, "vm_state", instance.vm_state)
    if instance.task_state is not None and instance.task_state not in transition.allow_task_states:
        raise _wrong_state(instance.uuid, action, "task_state", instance.task_state)


def _is_locked(uuid: str) -> Conflict:
    return Conflict(f"Instance {uuid} is locked", instance=uuid, locked=True)


def _wrong_state(uuid: str, action: Action, attribute: str, state: str) -> Conflict:
    return Conflict(
        f"Cannot '{action}' instance {uuid} while it is in {attribute} {state}",
        instance=uuid, action=str(action), attribute=attribute, state=str(state),
    )
