"""Holding an operation with its instance, and committing a changed operation in the place of the old one."""

from __future__ import annotations

import functools
from typing import Any

from msgspec import structs
from sqlalchemy import Select, Update, bindparam, select

from nova_lite.core.clock import following
from nova_lite.db import swaps
from nova_lite.db.errors import Superseded
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads.instances import from_row as instance_from_row
from nova_lite.db.reads.operations import from_row, not_found
from nova_lite.db.session import Tx, paired
from nova_lite.db.writes import notices
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation
from nova_lite.objects.states import OperationState


def hold(tx: Tx, operation_id: str) -> ClaimGrant:
    """Read an operation and its instance, and hold both until the transaction ends. Raises NotFound.

    The instance's row is the lock of all that belongs to it, and is taken first. Both in one statement must both be
    locked: PostgreSQL has waited for what it locks, and of the rest it shows what was there before.
    """
    if not tx.locks_in_order:
        return _hold_apart(tx, operation_id)
    for row, operation, _ in tx.pairs(InstanceRow, OperationRow, _both(), operation=operation_id):
        return ClaimGrant(instance=instance_from_row(row), operation=from_row(operation))
    raise not_found(operation_id)


@functools.cache
def _both() -> Select[Any]:
    joined = select(InstanceRow).join(OperationRow, OperationRow.instance_uuid == InstanceRow.uuid)
    locking = joined.where(OperationRow.uuid == bindparam("operation")).with_for_update(key_share=True)
    return paired(InstanceRow, OperationRow, locking)


def _hold_apart(tx: Tx, operation_id: str) -> ClaimGrant:
    owner = select(OperationRow.instance_uuid).where(OperationRow.uuid == operation_id).scalar_subquery()
    row = tx.row(select(InstanceRow).where(InstanceRow.uuid == owner).with_for_update(key_share=True))
    operation = tx.row(select(OperationRow).where(OperationRow.uuid == operation_id))
    if row is None or operation is None:
        raise not_found(operation_id)
    return ClaimGrant(instance=instance_from_row(row), operation=from_row(operation))


def save(tx: Tx, before: Operation, now: float, **changes: Any) -> Operation:
    """Commit a changed operation in the place of ``before``, whose state and epoch must still be the row's.

    :raises Superseded: they are not.
    """
    return _commit(tx, before, _changed(before, changes, now), changes)


def begin(tx: Tx, before: Operation, lease_until: float, now: float) -> Operation:
    """Have an operation run, in the same way; nothing has been told of it in this epoch. Raises Superseded."""
    changes = {"state": OperationState.RUNNING, "lease_expires_at": lease_until}
    after = _changed(before, changes, now)
    return _commit(tx, before, after, changes | {"told_at": 0.0})


def end(tx: Tx, before: Operation, instance: Instance, state: OperationState, message: str, now: float) -> Operation:
    """End an operation in the same way, with the instance as that leaves it. Raises Superseded."""
    # Another process's clock, or one that waited to be heard, may have said when it began: no end is before that.
    finished_at = max(now, before.created_at)
    changes = {"state": state, "message": message, "finished_at": finished_at, "lease_expires_at": None}
    after = _changed(before, changes, now)
    return _commit(tx, before, after, changes | notices.ended_with(tx, instance), _ending() if tx.telling else _still())


def _changed(before: Operation, changes: dict[str, Any], now: float) -> Operation:
    return structs.replace(before, **changes, updated_at=following(before.updated_at, now))


def _commit(
    tx: Tx, before: Operation, after: Operation, columns: dict[str, Any], statement: Update | None = None
) -> Operation:
    matched = tx.change(
        _still() if statement is None else statement, was_uuid=before.id, was_state=before.state,
        was_epoch=before.epoch, updated_at=after.updated_at, **columns,
    )
    if not matched:
        raise superseded(before)
    return after


def _still() -> Update:
    return swaps.still(OperationRow, "uuid", "state", "epoch")


@functools.cache
def _ending() -> Update:
    return _still().values(untold=notices.END_UNTOLD)


def superseded(operation: Operation) -> Superseded:
    """The error for whoever comes too late, with what the operation is now."""
    return Superseded(
        f"operation {operation.id} is {operation.state} with epoch {operation.epoch}"
        + (f" on host {operation.host}" if operation.host else ""),
        operation=operation.id, state=str(operation.state), epoch=operation.epoch, host=operation.host,
    )
