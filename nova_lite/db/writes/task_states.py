"""Showing how far an operation is: the task state of its instance follows its steps."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy import select

from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.session import Tx
from nova_lite.db.writes import instances, ownership
from nova_lite.objects.states import Action, OperationState, TaskState

Choice = Callable[[Action, str], TaskState | None]


def behind(tx: Tx, operation_ids: Collection[str], choose: Choice) -> list[str]:
    """Those of these operations whose step has a task state that their instance does not show. One statement."""
    row, instance = OperationRow, InstanceRow
    found = tx.tuples(
        select(row.uuid, row.action, row.step, instance.task_state)
        .join(instance, instance.uuid == row.instance_uuid)
        .where(row.uuid.in_(operation_ids), row.state == OperationState.RUNNING)
    )
    return [uuid for uuid, action, step, shown in found if choose(action, step) not in (None, shown)]


def follow(tx: Tx, operation_id: str, choose: Choice, now: float) -> None:
    """Set the task state of a running operation's step, unless the instance is being deleted or has been reset."""
    grant = ownership.hold(tx, operation_id)
    instance, operation = grant.instance, grant.operation
    wanted = choose(operation.action, operation.step)
    settled = instance.task_state in (None, TaskState.DELETING, wanted)
    if operation.state == OperationState.RUNNING and wanted is not None and not settled:
        instances.save(tx, instance, now, task_state=wanted)
