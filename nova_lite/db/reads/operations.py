"""Reading operations and their events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, or_, select

from nova_lite.core.errors import NotFound
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationEventRow, OperationRow
from nova_lite.db.reads.instances import from_row as instance_from_row
from nova_lite.db.session import Tx
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.operation import Operation, OperationEvent
from nova_lite.objects.states import OperationState

UNFINISHED = (OperationState.QUEUED, OperationState.RUNNING)


def get(tx: Tx, operation_id: str) -> Operation:
    """One operation. Raises NotFound."""
    row = tx.row(select(OperationRow).where(OperationRow.uuid == operation_id))
    if row is None:
        raise not_found(operation_id)
    return from_row(row)


def of_instance(
    tx: Tx, instance_uuid: str, *, marker: str | None = None, limit: int | None = None,
    changed_since: float | None = None, changed_before: float | None = None,
) -> list[Operation]:
    """The operations of an instance, newest first. ``marker``: the request id after which the page begins."""
    statement = select(OperationRow).where(OperationRow.instance_uuid == instance_uuid)
    if changed_since is not None:
        statement = statement.where(OperationRow.updated_at >= changed_since)
    if changed_before is not None:
        statement = statement.where(OperationRow.updated_at <= changed_before)
    if marker is not None:
        first = select(OperationRow.id).where(
            OperationRow.instance_uuid == instance_uuid, OperationRow.request_id == marker
        )
        before = tx.scalar(first)
        if before is None:
            raise NotFound(f"Action for request_id {marker} on instance {instance_uuid} not found")
        statement = statement.where(OperationRow.id < before)
    if limit is not None:
        statement = statement.limit(limit)
    return [from_row(row) for row in tx.rows(statement.order_by(OperationRow.id.desc()))]


def by_request(tx: Tx, instance_uuid: str, request_id: str) -> Operation:
    """The operation that a request began on an instance. Raises NotFound, in Nova's words."""
    row = tx.row(
        select(OperationRow).where(OperationRow.instance_uuid == instance_uuid, OperationRow.request_id == request_id)
    )
    if row is None:
        raise NotFound(f"Action for request_id {request_id} on instance {instance_uuid} not found")
    return from_row(row)


def events(tx: Tx, operation_ids: Sequence[str]) -> dict[str, tuple[OperationEvent, ...]]:
    """The events of each of these operations, in the order in which they started: one statement for all."""
    found: dict[str, list[OperationEvent]] = defaultdict(list)
    rows = tx.rows(
        select(OperationEventRow)
        .where(OperationEventRow.operation_uuid.in_(operation_ids))
        .order_by(OperationEventRow.started_at, OperationEventRow.id)
    )
    for row in rows:
        found[row.operation_uuid].append(_event(row))
    return {operation_id: tuple(found[operation_id]) for operation_id in operation_ids}


def unfinished_of_host(tx: Tx, host: str) -> list[ClaimGrant]:
    """What a host has been given and has not ended, oldest first: what it resumes or undoes when it starts."""
    owed = select(OperationRow).where(OperationRow.host == host, OperationRow.state.in_(UNFINISHED))
    return _granted(tx, owed.order_by(OperationRow.id))


def expired(tx: Tx, now: float, limit: int = 100) -> list[ClaimGrant]:
    """Unfinished operations whose lease has ended or whose deadline has passed, oldest first.

    Queued and lease over: nobody began it in time, cast it again (``writes.operations.recast``). Running and lease
    over: its worker is silent. ``deadline <= now``: it is to fail.
    """
    late = or_(OperationRow.lease_expires_at <= now, OperationRow.deadline <= now)
    statement = select(OperationRow).where(OperationRow.state.in_(UNFINISHED), late)
    return _granted(tx, statement.order_by(OperationRow.id).limit(limit))


def not_found(operation_id: str) -> NotFound:
    """The error of an operation that is not there."""
    return NotFound(f"Operation {operation_id} could not be found.", operation=operation_id)


def from_row(row: OperationRow) -> Operation:
    """The object of a row."""
    return Operation(
        id=row.uuid, request_id=row.request_id, instance_uuid=row.instance_uuid, project_id=row.project_id,
        user_id=row.user_id, arguments=row.arguments, state=row.state, host=row.host, epoch=row.epoch,
        attempt=row.attempt, step=row.step, message=row.message, deadline=row.deadline,
        lease_expires_at=row.lease_expires_at, created_at=row.created_at, updated_at=row.updated_at,
        finished_at=row.finished_at,
    )


def _granted(tx: Tx, statement: Select[OperationRow]) -> list[ClaimGrant]:
    operations = [from_row(row) for row in tx.rows(statement)]
    wanted = {operation.instance_uuid for operation in operations}
    rows = tx.rows(select(InstanceRow).where(InstanceRow.uuid.in_(wanted))) if wanted else []
    instances = {row.uuid: instance_from_row(row) for row in rows}
    return [ClaimGrant(instance=instances[operation.instance_uuid], operation=operation) for operation in operations]


def _event(row: OperationEventRow) -> OperationEvent:
    return OperationEvent(
        name=row.name, host=row.host, started_at=row.started_at, finished_at=row.finished_at,
        result=None if row.result is None else "Success" if row.result == "Success" else "Error",
        reason=row.reason, details=row.details,
    )
