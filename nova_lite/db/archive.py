"""Taking what was deleted long ago out of the live tables: one row of JSON per instance remains of it."""

from __future__ import annotations

from collections import Counter

import msgspec
from sqlalchemy import delete, exists, select

from nova_lite.db.models.hosts import AllocationRow
from nova_lite.db.models.instances import ArchivedInstanceRow, InstanceRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads.instances import from_row
from nova_lite.db.reads.operations import events
from nova_lite.db.reads.operations import from_row as operation_from_row
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import decisions, idempotency
from nova_lite.objects.base import Value
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation, OperationEvent


class ArchivedOperation(Value, frozen=True, kw_only=True):
    """An operation with its events."""

    operation: Operation
    events: tuple[OperationEvent, ...]


class ArchivedInstance(Value, frozen=True, kw_only=True):
    """All that is kept of an instance: the JSON of ``archived_instances.record``."""

    instance: Instance
    operations: tuple[ArchivedOperation, ...]


def archive(database: Database, before: float, batch: int = 100) -> dict[str, int]:
    """Archive every instance that was deleted before a time, with its operations and their events.

    Scheduling decisions and idempotency tokens from before it are dropped. Instances that still have an allocation
    stay, for the auditor to see. Works in transactions of ``batch`` instances, beside everything else; can be stopped
    and run again.

    :returns: how many rows left each table.
    """
    counts: Counter[str] = Counter(instances=0, operations=0, operation_events=0)
    while True:
        moved = database.transact(lambda tx: _move(tx, before, batch))
        counts.update(moved)
        if moved["instances"] < batch:
            break
    counts["decisions"] = database.transact(lambda tx: decisions.forget(tx, before))
    counts["idempotency_tokens"] = database.transact(lambda tx: idempotency.forget(tx, before))
    return dict(counts)


def _move(tx: Tx, before: float, batch: int) -> dict[str, int]:
    rows = tx.rows(
        select(InstanceRow)
        .where(
            InstanceRow.deleted_at < before, InstanceRow.deleted != "",
            ~exists().where(AllocationRow.instance_uuid == InstanceRow.uuid),
        )
        .order_by(InstanceRow.deleted_at)
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    records = _records(tx, [from_row(row) for row in rows])
    tx.insert(ArchivedInstanceRow, *(
        {
            "uuid": record.instance.uuid, "project_id": record.instance.project_id,
            "deleted_at": record.instance.deleted_at, "record": msgspec.json.encode(record).decode(),
        }
        for record in records
    ))
    # Operations and events go with their instance.
    tx.change(delete(InstanceRow).where(InstanceRow.uuid.in_([record.instance.uuid for record in records])))
    return {
        "instances": len(records),
        "operations": sum(len(record.operations) for record in records),
        "operation_events": sum(len(item.events) for record in records for item in record.operations),
    }


def _records(tx: Tx, instances: list[Instance]) -> list[ArchivedInstance]:
    uuids = [instance.uuid for instance in instances]
    rows = tx.rows(select(OperationRow).where(OperationRow.instance_uuid.in_(uuids)).order_by(OperationRow.id))
    operations = [operation_from_row(row) for row in rows]
    happened = events(tx, [operation.id for operation in operations])
    return [
        ArchivedInstance(
            instance=instance,
            operations=tuple(
                ArchivedOperation(operation=operation, events=happened[operation.id])
                for operation in operations if operation.instance_uuid == instance.uuid
            ),
        )
        for instance in instances
    ]
