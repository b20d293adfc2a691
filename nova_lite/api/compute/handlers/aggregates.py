"""Host aggregates: hosts that belong together; one with a zone puts its hosts there."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar, cast

from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import aggregates as views
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid, NotFound, Unavailable, Unsupported
from nova_lite.core.ids import new_uuid
from nova_lite.db.reads import aggregates as reads
from nova_lite.db.reads import hosts
from nova_lite.db.session import Tx
from nova_lite.db.writes import aggregates as writes
from nova_lite.objects.aggregate import ZONE, Aggregate

LOG = logging.getLogger(__name__)
T = TypeVar("T")
_LARGEST = (1 << 31) - 1
_NUMBER = re.compile(r"^[+-]?[0-9]{1,18}\Z")


def _number(request: Request[ComputeServices]) -> int:
    text = request.path["aggregate_id"]
    if not _NUMBER.match(text):
        raise Invalid(f"Invalid input received: id must be an integer, not {text}", field="id")
    if not 0 <= int(text) <= _LARGEST:
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
            changed = writes.rename(tx, number, str(body["name"]).strip(), now)
        if "availability_zone" in body:
            changed = writes.set_metadata(
                tx, number, _named({ZONE: cast("str | None", body["availability_zone"])}), now
            )
        return changed

    return _allowed(lambda: _changed(request, change))


def delete(request: Request[ComputeServices]) -> None:
    number = _number(request)
    _allowed(lambda: request.services.database.transact(lambda tx: writes.remove(tx, number)))


def add_host(request: Request[ComputeServices]) -> Json:
    number, host = _number(request), str(request.member("add_host")["host"])
    return _changed(request, lambda tx: writes.add_host(tx, number, host), host)


def remove_host(request: Request[ComputeServices]) -> Json:
    number, host = _number(request), str(request.member("remove_host")["host"])
    return _changed(request, lambda tx: writes.remove_host(tx, number, host), host)


def set_metadata(request: Request[ComputeServices]) -> Json:
    number, now = _number(request), request.services.clock.now()
    items = _named(cast("Mapping[str, str | None]", request.member("set_metadata")["metadata"]))
    return _allowed(lambda: _changed(request, lambda tx: writes.set_metadata(tx, number, items, now)))


def images(request: Request[ComputeServices]) -> Json:
    number = _number(request)
    with request.services.database.read() as tx:
        reads.get(tx, number)
    raise Unsupported("Hosts of this cloud fetch images when they need them.", aggregate=number)


def _named(items: Mapping[str, str | None]) -> dict[str, str | None]:
    if ZONE in items and not items[ZONE]:
        raise Invalid("An aggregate that has had a zone keeps one: availability_zone must have a name.",
                      field="availability_zone")
    return dict(items)


def _allowed(change: Callable[[], T]) -> T:
    """What the hosts of an aggregate do not allow is a bad request, except of adding one: so Nova has it."""
    try:
        return change()
    except writes.NotNow as error:
        raise Invalid(error.message) from None


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
