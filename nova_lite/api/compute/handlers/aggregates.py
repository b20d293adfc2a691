"""Host aggregates: hosts that belong together; one with a zone puts its hosts there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import aggregates as views
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import NotFound, Unavailable, Unsupported
from nova_lite.core.ids import new_uuid
from nova_lite.db.reads import aggregates as reads
from nova_lite.db.reads import hosts
from nova_lite.db.session import Tx
from nova_lite.db.writes import aggregates as writes
from nova_lite.objects.aggregate import ZONE, Aggregate

LOG = logging.getLogger(__name__)
_LARGEST = (1 << 31) - 1


def _number(request: Request[ComputeServices]) -> int:
    text = request.path["aggregate_id"]
    if not (text.isascii() and text.isdigit() and int(text) <= _LARGEST):
        raise NotFound(f"Aggregate {text} could not be found.", aggregate=text)
    return int(text)


def _shown(request: Request[ComputeServices], aggregate: Aggregate) -> Json:
    return {"aggregate": views.full(aggregate, request.version)}


def index(request: Request[ComputeServices]) -> Json:
    with request.services.database.read() as tx:
        return {"aggregates": [views.full(aggregate, request.version) for aggregate in reads.every(tx)]}


def show(request: Request[ComputeServices]) -> Json:
    number = _number(request)
    with request.services.database.read() as tx:
        return _shown(request, reads.get(tx, number))


def create(request: Request[ComputeServices]) -> Json:
    body = request.member("aggregate")
    zone = body.get("availability_zone")
    aggregate = Aggregate(
        uuid=new_uuid(), name=str(body["name"]), metadata={} if zone is None else {ZONE: str(zone)},
        created_at=request.services.clock.now(),
    )
    made = request.services.database.transact(lambda tx: writes.create(tx, aggregate))
    return views.created(made, request.version)


def update(request: Request[ComputeServices]) -> Json:
    number, body, now = _number(request), request.member("aggregate"), request.services.clock.now()

    def change(tx: Tx) -> Aggregate:
        changed = reads.get(tx, number)
        if "name" in body:
            changed = writes.rename(tx, number, str(body["name"]), now)
        if "availability_zone" in body:
            zone = body["availability_zone"]
            changed = writes.set_metadata(tx, number, {ZONE: None if zone is None else str(zone)}, now)
        return changed

    return _changed(request, change)


def delete(request: Request[ComputeServices]) -> None:
    number = _number(request)
    request.services.database.transact(lambda tx: writes.remove(tx, number))


def add_host(request: Request[ComputeServices]) -> Json:
    number, host = _number(request), str(request.member("add_host")["host"])
    now = request.services.clock.now()
    return _changed(request, lambda tx: writes.add_host(tx, number, host, now), host)


def remove_host(request: Request[ComputeServices]) -> Json:
    number, host = _number(request), str(request.member("remove_host")["host"])
    now = request.services.clock.now()
    return _changed(request, lambda tx: writes.remove_host(tx, number, host, now), host)


def set_metadata(request: Request[ComputeServices]) -> Json:
    number, now = _number(request), request.services.clock.now()
    items = dict(cast("Mapping[str, str | None]", request.member("set_metadata")["metadata"]))
    return _changed(request, lambda tx: writes.set_metadata(tx, number, items, now))


def images(request: Request[ComputeServices]) -> Json:
    number = _number(request)
    with request.services.database.read() as tx:
        reads.get(tx, number)
    raise Unsupported("Hosts of this cloud fetch images when they need them.", aggregate=number)


def _changed(request: Request[ComputeServices], change: Callable[[Tx], Aggregate], *more: str) -> Json:
    """Change an aggregate; schedulers hear of the zones of its hosts, and of ``more``, at once."""
    after = request.services.database.transact(change)
    _tell(request, {*after.hosts, *more})
    return _shown(request, after)


def _tell(request: Request[ComputeServices], names: Iterable[str]) -> None:
    with request.services.database.read() as tx:
        known = hosts.named(tx, sorted(names))
    for host in known:
        try:
            request.services.scheduler.host_changed(request.context, host)
        except Unavailable as error:
            LOG.warning("schedulers hear of the zone of %s with its next report only: %s", host.host, error)
