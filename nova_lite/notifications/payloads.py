"""Payloads: what each kind of notification carries. Whole messages: nobody needs to ask back.

Their shape is recorded in ``tests/wire/notifications-1.0.json`` like that of everything else that travels; a field that
is added gives the next minor version, anything else the next major one. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

from typing import Any

from nova_lite.core.clock import isoformat_micro
from nova_lite.objects.base import Value
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance
from nova_lite.objects.nic import Nic
from nova_lite.objects.operation import Operation

VERSION = "1.0"


class FaultRecord(Value, frozen=True, kw_only=True):
    """Why something went wrong, in the words that its owner is shown."""

    code: int
    message: str
    created_at: str


class InstanceRecord(Value, frozen=True, kw_only=True):
    """An instance as it was at that moment. What a guest is given in confidence (user data) is not in it."""

    uuid: str
    name: str
    hostname: str
    description: str | None
    project_id: str
    user_id: str
    host: str | None
    availability_zone: str | None
    vm_state: str
    task_state: str | None
    power_state: str
    flavor: Flavor
    image: ImageMeta | None
    key_name: str | None
    metadata: dict[str, str]
    tags: tuple[str, ...]
    nics: tuple[Nic, ...]
    reservation_id: str
    locked: bool
    revision: int
    fault: FaultRecord | None
    created_at: str
    updated_at: str
    launched_at: str | None
    terminated_at: str | None
    deleted_at: str | None


class OperationRecord(Value, frozen=True, kw_only=True):
    """The operation that begins or ends. ``message`` says why it failed; ``attempt`` counts the hosts of a boot."""

    id: str
    action: str
    request_id: str
    project_id: str
    user_id: str
    state: str
    host: str | None
    attempt: int
    epoch: int
    message: str
    deadline: str
    created_at: str
    finished_at: str | None


class InstanceOperation(Value, frozen=True, kw_only=True, tag_field="schema", tag="instance_operation"):
    """``instance.ACTION.start``, ``.end`` and ``.error``."""

    version: str = VERSION
    instance: InstanceRecord
    operation: OperationRecord


class InstanceUpdate(Value, frozen=True, kw_only=True, tag_field="schema", tag="instance_update"):
    """``instance.update``: the record has changed though no operation was at work. ``reason``: what was seen."""

    version: str = VERSION
    instance: InstanceRecord
    reason: str


class ResourceChange(Value, frozen=True, kw_only=True, tag_field="schema", tag="resource_change"):
    """``NOUN.create``, ``.update``, ``.delete``, ``NOUN.ACTION``: somebody changed something through the API.

    ``names`` are the ids in the path, ``resource`` what the API answered, without secrets; empty where it answers
    nothing. ``status`` is the HTTP status.
    """

    version: str = VERSION
    service: str
    method: str
    path: str
    names: dict[str, str]
    status: int
    resource: dict[str, Any]


class RpcRefusal(Value, frozen=True, kw_only=True, tag_field="schema", tag="rpc_refusal"):
    """``rpc.refused``: a message on the bus was not executed.

    ``proved``: the offender is who signed it; otherwise somebody claims to be that one. ``reason`` is the error's code,
    ``not_told`` how many refusals of the same offender went untold since the last one.
    """

    version: str = VERSION
    offender: str
    proved: bool
    topic: str
    method: str
    reason: str
    message: str
    message_id: str
    not_told: int


Payload = InstanceOperation | InstanceUpdate | ResourceChange | RpcRefusal

RECORDED = ("notifications", VERSION, InstanceOperation, InstanceUpdate, ResourceChange, RpcRefusal)
"""What ``python -m nova_lite.rpc.wire`` records: a name, a version, and classes."""


def instance_record(instance: Instance) -> InstanceRecord:
    """What is told of an instance."""
    fault = instance.fault
    return InstanceRecord(
        uuid=instance.uuid, name=instance.display_name, hostname=instance.hostname, description=instance.description,
        project_id=instance.project_id, user_id=instance.user_id, host=instance.host,
        availability_zone=instance.availability_zone, vm_state=instance.vm_state, task_state=instance.task_state,
        power_state=instance.power_state.name.lower(), flavor=instance.flavor, image=instance.image,
        key_name=instance.key_name, metadata=instance.metadata, tags=instance.tags, nics=instance.nics,
        reservation_id=instance.reservation_id, locked=instance.locked, revision=instance.revision,
        fault=None if fault is None else FaultRecord(
            code=fault.code, message=fault.message, created_at=written(fault.created)
        ),
        created_at=written(instance.created_at), updated_at=written(instance.updated_at),
        launched_at=_maybe(instance.launched_at), terminated_at=_maybe(instance.terminated_at),
        deleted_at=_maybe(instance.deleted_at),
    )


def operation_record(operation: Operation) -> OperationRecord:
    """What is told of an operation."""
    return OperationRecord(
        id=operation.id, action=operation.action, request_id=operation.request_id, project_id=operation.project_id,
        user_id=operation.user_id, state=operation.state, host=operation.host, attempt=operation.attempt,
        epoch=operation.epoch, message=operation.message, deadline=written(operation.deadline),
        created_at=written(operation.created_at), finished_at=_maybe(operation.finished_at),
    )


def written(seconds: float) -> str:
    """A time as payloads have it."""
    return f"{isoformat_micro(seconds)}Z"


def _maybe(seconds: float | None) -> str | None:
    return None if seconds is None else written(seconds)
