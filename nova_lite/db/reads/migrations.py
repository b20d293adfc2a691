"""Migrations, which here are resizes: read out of the operations that they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import select

from nova_lite.core.errors import Invalid
from nova_lite.db.models.flavors import FlavorRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.session import Tx
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.operation import Resize
from nova_lite.objects.states import Action, OperationState, VmState

Status = Literal["migrating", "error", "finished", "confirmed", "reverted"]

_DECISIONS: dict[str, Status] = {Action.CONFIRM_RESIZE: "confirmed", Action.REVERT_RESIZE: "reverted"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Migration:
    """``number`` and ``uuid`` are the operation's. ``old_type`` and ``new_type``: the numbers of flavors that are still

    offered, else 0.
    """

    number: int
    uuid: str
    instance_uuid: str
    project_id: str
    user_id: str
    host: str | None
    status: Status
    old_type: int
    new_type: int
    created_at: float
    updated_at: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which migrations; None is any. Times in seconds since the epoch."""

    instance_uuid: str | None = None
    host: str | None = None
    status: str | None = None
    project_id: str | None = None
    user_id: str | None = None
    changed_since: float | None = None
    changed_before: float | None = None


def page(tx: Tx, wanted: Wanted, *, marker: str | None, limit: int) -> list[Migration]:
    """The newest first, ``limit`` at most, after the one with uuid ``marker``.

    :raises Invalid: no migration has that uuid.
    """
    row = OperationRow
    conditions = [row.action == Action.RESIZE]
    for column, value in ((row.instance_uuid, wanted.instance_uuid), (row.host, wanted.host),
                          (row.project_id, wanted.project_id), (row.user_id, wanted.user_id)):
        if value is not None:
            conditions.append(column == value)
    if wanted.changed_since is not None:
        conditions.append(row.updated_at >= wanted.changed_since)
    if wanted.changed_before is not None:
        conditions.append(row.updated_at <= wanted.changed_before)
    if marker is not None:
        conditions.append(row.id < _number(tx, marker))
    statement = select(row).where(*conditions).order_by(row.id.desc())
    # A migration's status is that of several operations: what is asked for by it is looked through here.
    found = _told(tx, tx.rows(statement if wanted.status is not None else statement.limit(limit)))
    return [each for each in found if wanted.status in (None, each.status)][:limit]


def _number(tx: Tx, uuid: str) -> int:
    number = tx.scalar(
        select(OperationRow.id).where(OperationRow.uuid == uuid, OperationRow.action == Action.RESIZE)
    )
    if number is None:
        raise Invalid(f"Marker {uuid} could not be found.", field="marker")
    return int(number)


def _told(tx: Tx, rows: Sequence[OperationRow]) -> list[Migration]:
    uuids = {row.instance_uuid for row in rows}
    decided = tx.rows(select(OperationRow).where(
        OperationRow.instance_uuid.in_(uuids), OperationRow.action.in_(list(_DECISIONS)),
        OperationRow.state == OperationState.DONE,
    ).order_by(OperationRow.id)) if rows else []
    instances = {row.uuid: row for row in tx.rows(select(InstanceRow).where(InstanceRow.uuid.in_(uuids)))}
    numbers = {str(name): int(number) for name, number in tx.tuples(select(FlavorRow.flavorid, FlavorRow.id))}
    return [_migration(row, decided, instances[row.instance_uuid], numbers) for row in rows]


def _migration(
    row: OperationRow, decided: Sequence[OperationRow], instance: InstanceRow, numbers: dict[str, int]
) -> Migration:
    arguments = row.arguments
    assert isinstance(arguments, Resize)
    status = _status(row, decided)
    old = _old(status, instance)
    return Migration(
        number=row.id, uuid=row.uuid, instance_uuid=row.instance_uuid, project_id=row.project_id, user_id=row.user_id,
        host=row.host, status=status, old_type=numbers.get(old.flavorid, 0) if old else 0,
        new_type=numbers.get(arguments.flavor.flavorid, 0), created_at=row.created_at, updated_at=row.updated_at,
    )


def _status(row: OperationRow, decided: Sequence[OperationRow]) -> Status:
    if row.state == OperationState.FAILED:
        return "error"
    if row.state != OperationState.DONE:
        return "migrating"
    # An instance is not resized again before it has been decided: the first decision afterwards is this one's.
    later = (each for each in decided if each.instance_uuid == row.instance_uuid and each.id > row.id)
    decision = next(later, None)
    return _DECISIONS[decision.action] if decision is not None else "finished"


def _old(status: Status, instance: InstanceRow) -> Flavor | None:
    """The flavor before; None once it has been given up."""
    if status == "finished" and instance.vm_state == VmState.RESIZED and instance.kept is not None:
        return instance.kept.flavor
    return instance.flavor if status in ("migrating", "error", "reverted") else None
