"""Migrations: resizes, moves and evacuations of servers, read out of the operations that they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import ColumnElement, select

from nova_lite.core.errors import Invalid
from nova_lite.db.models.flavors import FlavorRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.session import Tx
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.operation import Evacuate, Migrate, Resize
from nova_lite.objects.states import Action, OperationState

Status = Literal["accepted", "migrating", "pre-migrating", "error", "finished", "done", "confirmed", "reverted"]
Kind = Literal["resize", "migration", "evacuation"]

_KINDS: dict[Action, Kind] = {
    Action.RESIZE: "resize", Action.MIGRATE: "migration", Action.EVACUATE: "evacuation",
}
_DECISIONS: dict[str, Status] = {Action.CONFIRM_RESIZE: "confirmed", Action.REVERT_RESIZE: "reverted"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Migration:
    """``number`` and ``uuid`` are the operation's. ``destination`` is None as long as none has been found.

    ``old_type`` and ``new_type``: the numbers of flavors that are still offered, else 0.
    """

    number: int
    uuid: str
    instance_uuid: str
    project_id: str
    user_id: str
    kind: Kind
    source: str | None
    destination: str | None
    status: Status
    old_type: int
    new_type: int
    created_at: float
    updated_at: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which migrations; None is any. ``host`` is either end. Times in seconds since the epoch."""

    instance_uuid: str | None = None
    host: str | None = None
    source: str | None = None
    status: str | None = None
    kind: str | None = None
    project_id: str | None = None
    user_id: str | None = None
    changed_since: float | None = None
    changed_before: float | None = None


def page(tx: Tx, wanted: Wanted, *, marker: str | None, limit: int) -> list[Migration]:
    """The newest first, ``limit`` at most, after the one with uuid ``marker``.

    :raises Invalid: no migration has that uuid.
    """
    row = OperationRow
    actions = [action for action, kind in _KINDS.items() if wanted.kind in (None, kind)]
    conditions: list[ColumnElement[bool]] = [row.action.in_(actions)]
    for column, value in ((row.instance_uuid, wanted.instance_uuid), (row.project_id, wanted.project_id),
                          (row.user_id, wanted.user_id)):
        if value is not None:
            conditions.append(column == value)
    if wanted.changed_since is not None:
        conditions.append(row.updated_at >= wanted.changed_since)
    if wanted.changed_before is not None:
        conditions.append(row.updated_at <= wanted.changed_before)
    if marker is not None:
        conditions.append(row.id < _number(tx, marker))
    statement = select(row).where(*conditions).order_by(row.id.desc())
    # A migration's hosts are in its arguments, and its status is that of several operations: what is asked for by
    # these is looked through here.
    inner = wanted.status is not None or wanted.host is not None or wanted.source is not None
    found = _told(tx, tx.rows(statement if inner else statement.limit(limit)))
    return [each for each in found if _is_wanted(each, wanted)][:limit]


def _is_wanted(each: Migration, wanted: Wanted) -> bool:
    return (
        wanted.status in (None, each.status) and wanted.source in (None, each.source)
        and wanted.host in (None, each.source, each.destination)
    )


def _number(tx: Tx, uuid: str) -> int:
    number = tx.scalar(
        select(OperationRow.id).where(OperationRow.uuid == uuid, OperationRow.action.in_(list(_KINDS)))
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
    status, kind = _status(row, decided), _KINDS[row.action]
    old, new = _flavors(row, status, instance)
    source, destination = _ends(row)
    return Migration(
        number=row.id, uuid=row.uuid, instance_uuid=row.instance_uuid, project_id=row.project_id, user_id=row.user_id,
        kind=kind, source=source, destination=destination, status=status,
        old_type=numbers.get(old.flavorid, 0) if old else 0, new_type=numbers.get(new.flavorid, 0),
        created_at=row.created_at, updated_at=row.updated_at,
    )


def _ends(row: OperationRow) -> tuple[str | None, str | None]:
    """From where, to where."""
    arguments = row.arguments
    if isinstance(arguments, Evacuate):
        return arguments.source, row.host
    assert isinstance(arguments, Resize | Migrate)
    if arguments.move is not None:
        return arguments.move.source, arguments.move.destination
    return (arguments.excluded_hosts[0], None) if arguments.excluded_hosts else (row.host, row.host)


def _status(row: OperationRow, decided: Sequence[OperationRow]) -> Status:
    if row.state == OperationState.FAILED:
        return "error"
    if row.state == OperationState.QUEUED and row.host is None:
        return "accepted"
    if row.action == Action.EVACUATE:
        return "done" if row.state == OperationState.DONE else "pre-migrating"
    if row.state != OperationState.DONE:
        return "migrating"
    # An instance is not moved again before it has been decided: the first decision afterwards is this one's.
    later = (each for each in decided if each.instance_uuid == row.instance_uuid and each.id > row.id)
    decision = next(later, None)
    return _DECISIONS[decision.action] if decision is not None else "finished"


def _flavors(row: OperationRow, status: Status, instance: InstanceRow) -> tuple[Flavor | None, Flavor]:
    """The flavor before, None once it has been given up; and the one afterwards."""
    if not isinstance(row.arguments, Resize):
        return instance.flavor, instance.flavor
    if status == "finished":
        return instance.kept.flavor if instance.kept is not None else None, row.arguments.flavor
    given_up = status == "confirmed"
    return None if given_up else instance.flavor, row.arguments.flavor
