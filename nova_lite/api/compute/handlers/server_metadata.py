"""A server's metadata: keys and values of the owner's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from nova_lite.api.compute.creation import check_metadata
from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.db.reads import quotas
from nova_lite.db.writes import instances as writes
from nova_lite.objects.instance import Instance

Metadata = Mapping[str, str]


def index(request: Request[ComputeServices]) -> Json:
    return {"metadata": dict(server_of(request).metadata)}


def show(request: Request[ComputeServices]) -> Json:
    key = request.path["key"]
    server = server_of(request)
    return {"meta": {key: _item(server.metadata, key)}}


def create(request: Request[ComputeServices]) -> Json:
    """Add items to those there are."""
    given = cast("Metadata", request.member("metadata"))
    return {"metadata": _change(request, lambda old: {**old, **given})}


def replace(request: Request[ComputeServices]) -> Json:
    given = cast("Metadata", request.member("metadata"))
    return {"metadata": _change(request, lambda _: dict(given))}


def put(request: Request[ComputeServices]) -> Json:
    """Set one item; the body must say the same key as the path."""
    key, given = request.path["key"], cast("Metadata", request.member("meta"))
    if key not in given:
        raise Invalid("Request body and URI mismatch", field=key)
    _change(request, lambda old: {**old, **given})
    return {"meta": dict(given)}


def delete(request: Request[ComputeServices]) -> None:
    key = request.path["key"]

    def without(old: Metadata) -> Metadata:
        _item(old, key)
        return {name: value for name, value in old.items() if name != key}

    _change(request, without)


def _item(metadata: Metadata, key: str) -> str:
    if key not in metadata:
        raise NotFound("Metadata item was not found", key=key)
    return metadata[key]


def _change(request: Request[ComputeServices], change: Callable[[Metadata], Metadata]) -> dict[str, str]:
    server = server_of(request)
    change(server.metadata)  # what is wrong with it is told before the lock is
    override = may_override_lock(request, server)
    services = request.services
    with services.database.read() as tx:
        limit = quotas.of_project(tx, server.project_id, services.quota).metadata_items

    def edit(current: Instance) -> dict[str, object]:
        if current.locked and not override:
            raise Conflict(f"Instance {current.uuid} is locked", instance=current.uuid, locked=True)
        changed = change(current.metadata)
        check_metadata(changed, limit)
        return {"metadata": dict(changed)}

    after = services.database.transact(
        lambda tx: writes.edit(tx, server.uuid, server.project_id, edit, services.clock.now())
    )
    return dict(after.metadata)
