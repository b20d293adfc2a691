"""A server's tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast
from urllib.parse import quote

from nova_lite.api.compute.handlers.lookup import server_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Reply, Request
from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.db.writes import instances as writes
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import VmState

MAX_TAGS = 50
MAX_LENGTH = 60
_CHANGEABLE = frozenset({VmState.ACTIVE, VmState.PAUSED, VmState.SUSPENDED, VmState.STOPPED})

Tags = Sequence[str]


def index(request: Request[ComputeServices]) -> Json:
    return {"tags": list(server_of(request).tags)}


def show(request: Request[ComputeServices]) -> None:
    tag = request.path["tag"]
    server = server_of(request)
    if tag not in server.tags:
        raise _not_found(server, tag)


def replace(request: Request[ComputeServices]) -> Json:
    given = tuple(dict.fromkeys(cast("Tags", request.body["tags"])))
    _, after = _change(request, lambda _: given)
    return {"tags": list(after.tags)}


def put(request: Request[ComputeServices]) -> Reply:
    """Add a tag: 201 when it is new, 204 when it was there."""
    tag = request.path["tag"]
    if len(tag) > MAX_LENGTH or "," in tag or "/" in tag:
        raise Invalid(f"Invalid input for field/attribute tag. Value: {tag}. A tag has at most {MAX_LENGTH} "
                      "characters, none of them a comma or a slash.", field="tag")

    before, after = _change(request, lambda old: (*old, tag) if tag not in old else old)
    if tag in before.tags:
        return Reply(status=204)
    location = f"{request.base_url}/servers/{after.uuid}/tags/{quote(tag, safe='')}"
    return Reply(status=201, headers={"Location": location})


def delete(request: Request[ComputeServices]) -> None:
    tag = request.path["tag"]
    before, _ = _change(request, lambda old: tuple(other for other in old if other != tag))
    if tag not in before.tags:
        raise _not_found(before, tag)


def delete_all(request: Request[ComputeServices]) -> None:
    _change(request, lambda _: ())


def _not_found(server: Instance, tag: str) -> NotFound:
    return NotFound(f"Server {server.uuid} has no tag '{tag}'", tag=tag)


def _change(request: Request[ComputeServices], change: Callable[[Tags], Tags]) -> tuple[Instance, Instance]:
    server = server_of(request)
    seen = [server]

    def edit(current: Instance) -> dict[str, object]:
        if current.vm_state not in _CHANGEABLE:
            raise Conflict(f"Cannot 'update tags' instance {current.uuid} while it is in vm_state {current.vm_state}",
                           instance=current.uuid, state=str(current.vm_state))
        tags = tuple(change(current.tags))
        if len(tags) > MAX_TAGS:
            raise Invalid(f"The number of tags exceeded the per-server limit {MAX_TAGS}", field="tags")
        seen[0] = current
        return {"tags": tags}

    after = request.services.database.transact(
        lambda tx: writes.edit(tx, server.uuid, server.project_id, edit, request.services.clock.now())
    )
    return seen[0], after
