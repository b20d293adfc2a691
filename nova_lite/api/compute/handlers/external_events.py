"""What other services report of servers. Nothing here waits for such events: they are checked and answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Reply, Request
from nova_lite.db.reads import instances
from nova_lite.objects.instance import Instance

MULTI_STATUS = 207


def create(request: Request[ComputeServices]) -> Reply:
    events = cast("Sequence[Mapping[str, str]]", request.body["events"])
    with request.services.database.read() as tx:
        found = instances.by_uuids(tx, sorted({event["server_uuid"] for event in events}))
    known = {server.uuid: server for server in found}
    answers = [_answer(event, known.get(event["server_uuid"])) for event in events]
    complete = all(answer["code"] == 200 for answer in answers)
    return Reply(status=200 if complete else MULTI_STATUS, json={"events": answers})


def _answer(event: Mapping[str, str], server: Instance | None) -> dict[str, object]:
    code = 404 if server is None else 200 if server.host else 422
    status = event.get("status", "completed") if code == 200 else "failed"
    return {**event, "status": status, "code": code}
