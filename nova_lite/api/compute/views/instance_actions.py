"""Operations as the API shows them: instance actions and their events."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence

from nova_lite.api.compute.views.table import ABSENT, Field, at, render
from nova_lite.api.microversions import Microversion
from nova_lite.core.clock import isoformat_micro
from nova_lite.objects.operation import Operation, OperationEvent
from nova_lite.objects.states import OperationState

ADMIN = "admin"  # tracebacks and hosts
DETAILS = "details"  # the reason of a failure, in words


@dataclasses.dataclass(frozen=True)
class Circumstances:
    """Of one answer; ``project_id`` is the server's."""

    version: Microversion
    allowed: frozenset[str]
    project_id: str


def _time(epoch: float | None) -> str | None:
    return None if epoch is None else isoformat_micro(epoch)


def _message(operation: Operation, _: Circumstances) -> str | None:
    return "Error" if operation.state is OperationState.FAILED else None


def _host_id(event: OperationEvent, c: Circumstances) -> str:
    return hashlib.sha224((c.project_id + event.host).encode()).hexdigest() if event.host else ""


_ACTION: tuple[Field[Operation, Circumstances], ...] = (
    Field("action", lambda o, c: o.action),
    Field("instance_uuid", lambda o, c: o.instance_uuid),
    Field("request_id", lambda o, c: o.request_id),
    Field("user_id", lambda o, c: o.user_id),
    Field("project_id", lambda o, c: o.project_id),
    Field("start_time", lambda o, c: isoformat_micro(o.created_at)),
    Field("message", _message),
    Field("updated_at", lambda o, c: isoformat_micro(o.updated_at), since="2.58"),
)

_EVENT: tuple[Field[OperationEvent, Circumstances], ...] = (
    Field("event", lambda e, c: e.name),
    Field("start_time", lambda e, c: isoformat_micro(e.started_at)),
    Field("finish_time", lambda e, c: _time(e.finished_at)),
    Field("result", lambda e, c: e.result),
    Field("traceback", lambda e, c: e.details or None, needs=ADMIN),
    Field("hostId", _host_id, since="2.62"),
    Field("host", lambda e, c: e.host if e.host else ABSENT, since="2.62", needs=ADMIN),
    Field("details", lambda e, c: e.reason or None, since="2.84", needs=DETAILS),
)


def index(operations: Sequence[Operation], c: Circumstances) -> list[dict[str, object]]:
    """Actions of a listing."""
    chosen = at(_ACTION, c.version, c.allowed)
    return [render(chosen, operation, c) for operation in operations]


def show(operation: Operation, events: Sequence[OperationEvent] | None, c: Circumstances) -> dict[str, object]:
    """One action; ``events`` None where the caller may not see them."""
    shown = render(at(_ACTION, c.version, c.allowed), operation, c)
    if events is not None:
        chosen = at(_EVENT, c.version, c.allowed)
        shown["events"] = [render(chosen, event, c) for event in events]
    return {"instanceAction": shown}
