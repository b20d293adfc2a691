"""What is told of operations: a pair around each, ``start`` and ``end``, or ``start`` and ``error``."""

from __future__ import annotations

import re
import uuid
from typing import Literal

from nova_lite.notifications.notification import Notification
from nova_lite.notifications.payloads import InstanceOperation, instance_record, operation_record
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation
from nova_lite.objects.states import Action, OperationState

Phase = Literal["start", "end"]

# The actions whose events Nova calls otherwise; consumers that know Nova look for these.
NAMES = {
    Action.STOP: "power_off", Action.START: "power_on", Action.CREATE_IMAGE: "snapshot",
    Action.CREATE_BACKUP: "backup", Action.CONFIRM_RESIZE: "resize_confirm", Action.REVERT_RESIZE: "resize_revert",
}
_IDS = uuid.UUID("7d1f3a52-3c1c-5e0b-9a51-0d6f5c1f6e11")


def event_type(action: Action, phase: Literal["start", "end", "error"]) -> str:
    """``instance.create.start``."""
    name = NAMES.get(action) or re.sub(r"(?<=[a-z])([A-Z])", r"_\1", action.value).lower()
    return f"instance.{name}.{phase}"


def of_operation(operation: Operation, instance: Instance, phase: Phase, publisher_id: str) -> Notification:
    """The beginning or the end of an operation, with the instance as it was then. The same each time it is made."""
    failed = phase == "end" and operation.state is OperationState.FAILED
    at = operation.created_at if phase == "start" or operation.finished_at is None else operation.finished_at
    return Notification(
        message_id=str(uuid.uuid5(_IDS, f"{operation.id} {phase}")), publisher_id=publisher_id,
        event_type=event_type(operation.action, "error" if failed else phase), priority="ERROR" if failed else "INFO",
        payload=InstanceOperation(instance=instance_record(instance), operation=operation_record(operation)), at=at,
        context={
            "request_id": operation.request_id, "user_id": operation.user_id, "project_id": operation.project_id,
        },
    )
