"""Servers: create, list, show, change, delete."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Sequence
from typing import cast

from msgspec import structs

from nova_lite.api.compute import creation, disk_config, filters, idempotency, networks
from nova_lite.api.compute.booleans import truth_or
from nova_lite.api.compute.handlers.boot import ingredients
from nova_lite.api.compute.handlers.floating_addresses import floating_addresses
from nova_lite.api.compute.handlers.hosts import host_views
from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of, target
from nova_lite.api.compute.handlers.server_groups import joining
from nova_lite.api.compute.lifecycle import Plug
from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.policies import servers as rules
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import servers as views
from nova_lite.api.compute.views.links import next_page
from nova_lite.api.microversions import v
from nova_lite.api.policy import Target
from nova_lite.api.request import Json, Reply, Request
from nova_lite.core.errors import Conflict, NotFound, QuotaExceeded
from nova_lite.db.reads import idempotency as tokens
from nova_lite.db.reads import instances as reads
from nova_lite.db.reads import network, quotas, server_groups
from nova_lite.db.writes import instances as writes
from nova_lite.db.writes import limits
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.idempotency import Once, Repeated
from nova_lite.objects.instance import InjectedFile, Instance
from nova_lite.objects.operation import Create

_SEEN = (
    (views.ATTRIBUTES, rules.ATTRIBUTES),
    (views.HOST_STATUS, rules.HOST_STATUS),
    (views.HOST_UNKNOWN, rules.HOST_UNKNOWN),
    (views.EXTRA_SPECS, rules.SHOW_EXTRA_SPECS),
)
_OF_HOSTS = {views.ATTRIBUTES, views.HOST_STATUS, views.HOST_UNKNOWN}


def circumstances(
    request: Request[ComputeServices], shown: Sequence[Instance], *more: str, about: Target | None = None
) -> views.Circumstances:
    """What this caller may see of the servers shown; ``more`` are the parts that the kind of answer has."""
    allowed = {part for part, rule in _SEEN if request.allows(rule, about)}
    hosts = host_views(request.services, shown) if allowed & _OF_HOSTS else {}
    groups = _groups(request, shown) if views.ONE in more and request.version >= v("2.71") else {}
    return views.Circumstances(request.base_url, request.version, frozenset({*allowed, *more}), hosts, groups,
                               _security_groups(request, shown) if views.FULL in more else None,
                               floating_addresses(request, shown))


def _security_groups(
    request: Request[ComputeServices], shown: Sequence[Instance]
) -> dict[str, tuple[str, ...]] | None:
    if request.services.networks is None:
        return None
    with request.services.database.read() as tx:
        return network.group_names(tx, [(server.uuid, server.project_id) for server in shown if server.nics])


def _groups(request: Request[ComputeServices], shown: Sequence[Instance]) -> dict[str, str]:
    with request.services.database.read() as tx:
        found = {server.uuid: server_groups.of_instance(tx, server.uuid) for server in shown}
    return {server: group for server, group in found.items() if group is not None}


def show(request: Request[ComputeServices]) -> Json:
    server = server_of(request)
    return views.show(server, circumstances(request, [server], views.FULL, views.ONE, about=target(server)))


def index(request: Request[ComputeServices]) -> Json:
    page, links = _page(request, rules.ALL_TENANTS, "servers")
    c = views.Circumstances(request.base_url, request.version, frozenset())
    return {"servers": views.brief(page, c), **links}


def detail(request: Request[ComputeServices]) -> Json:
    page, links = _page(request, rules.DETAIL_ALL_TENANTS, "servers/detail")
    return {"servers": views.detail(page, circumstances(request, page, views.FULL)), **links}


def _page(
    request: Request[ComputeServices], all_tenants_rule: str, path: str
) -> tuple[list[Instance], dict[str, object]]:
    viewer = filters.Viewer(
        project_id=request.context.project_id, everything=request.allows(rules.ALL_FILTERS), version=request.version
    )
    all_tenants = filters.wants_all_tenants(request.query, viewer)
    if all_tenants:
        request.authorize(request.own_target(), all_tenants_rule)
    wanted = filters.parse(request.query, viewer, all_tenants=all_tenants)
    limit = page_size(request.query, request.services.page_size)
    if wanted is None or limit == 0:
        return [], {}
    with request.services.database.read() as tx:
        page = reads.page(
            tx, wanted, sort=filters.sorting(request.query, viewer), marker=request.query.one("marker"), limit=limit
        )
    if len(page) < limit:
        return page, {}
    return page, {"servers_links": next_page(request.base_url, path, request.query, page[-1].uuid)}


def create(request: Request[ComputeServices]) -> Reply:
    """Accept a boot of one server or several; all or none; once, where the client gives the request a token."""
    body = request.member("server")
    once = idempotency.once(request.http.headers, request.body, request.context.project_id)
    password: str | None = creation.admin_pass(body)
    made = _made_before(request, once)
    if made is None:
        try:
            return _created(request, body, _accept(request, body, once, password), password)
        except Repeated:  # by a twin of this request that was faster
            made = _made_before(request, once)
            if made is None:
                raise
    if not body.get("adminPass"):
        password = None  # the one that was made and told then is written down nowhere
    return _created(request, body, made, password)


def _made_before(request: Request[ComputeServices], once: Once | None) -> Instance | None:
    if once is None:
        return None
    with request.services.database.read() as tx:
        uuid = tokens.made_by(tx, once)
        return None if uuid is None else reads.get(tx, uuid, request.context.project_id, deleted=True)


def _accept(
    request: Request[ComputeServices], body: dict[str, object], once: Once | None, password: str | None
) -> Instance:
    services = request.services
    least, most = creation.counts(body)
    files = _limited(request, body)
    creation.check_extras(body)
    found = dataclasses.replace(ingredients(request, body), files=files)
    join = joining(request)
    plug = _plug(request, body, most)
    number = _affordable(services, request.context.project_id, found.flavor, least, most)
    made = creation.servers(body, found, request.context, number, services.clock.now())
    arguments = Create(availability_zone=found.placement.availability_zone, requested_host=found.placement.host)
    accept = functools.partial(services.lifecycle.create, join=join, admin_pass=password)
    try:
        accept(request.context, made, arguments, services.quota, once, plug)
    except QuotaExceeded:
        if least == number:
            raise
        # Somebody was faster. Fewer are welcome: the least that the client asked for still is all or nothing.
        made = made[:least]
        accept(request.context, made, arguments, services.quota, once, plug)
    return made[0]


def _limited(request: Request[ComputeServices], body: dict[str, object]) -> tuple[InjectedFile, ...]:
    """The files of a server; they and its metadata are held against the project's limits."""
    metadata = cast("dict[str, str]", body.get("metadata") or {})
    if not metadata and not body.get("personality"):
        return ()
    with request.services.database.read() as tx:
        quota = quotas.of_project(tx, request.context.project_id, request.services.quota)
    creation.check_metadata(metadata, quota.metadata_items)
    return creation.files(body, quota)


def _affordable(services: ComputeServices, project_id: str, flavor: Flavor, least: int, most: int) -> int:
    """As many servers as the project has room for. Asked before any is made: a number is quickly written.

    :raises QuotaExceeded: it has no room for the least.
    """
    if most == 1:
        return 1
    with services.database.read() as tx:
        quota, used = quotas.ledger(tx, project_id, services.quota)
    room = most
    for limit, taken, each in (
        (quota.instances, used.instances, 1), (quota.cores, used.cores, flavor.vcpus),
        (quota.ram, used.ram, flavor.memory_mb),
    ):
        room = min(room, (limit - taken) // each) if limit >= 0 and each else room
    if room < least:
        limits.check({"instances": quota.instances, "cores": quota.cores, "ram": quota.ram}, structs.asdict(used), {
            "instances": least, "cores": least * flavor.vcpus, "ram": least * flavor.memory_mb,
        })
    return room


def _plug(request: Request[ComputeServices], body: dict[str, object], number: int) -> Plug:
    """What gives a new server its interfaces, once what it asks for has been found."""
    services, project_id = request.services, request.context.project_id
    if services.networks is None:
        creation.refuse_networks(body, project_id)
        return lambda tx, server: server
    wanted = services.networks.check(
        project_id, networks.wishes(body), number, everywhere=request.context.is_admin
    )
    return functools.partial(services.networks.plugged, wanted=wanted)


def _created(
    request: Request[ComputeServices], body: dict[str, object], first: Instance, password: str | None
) -> Reply:
    if truth_or(body.get("return_reservation_id"), "return_reservation_id", False):
        return Reply(json={"reservation_id": first.reservation_id})
    c = views.Circumstances(request.base_url, request.version, frozenset())
    location = f"{request.base_url}/servers/{first.uuid}"
    groups = [str(group.get("name", "default")) for group in cast("list[dict[str, object]]",
                                                                  body.get("security_groups") or [])]
    return Reply(json=views.created(first, password, c, groups), headers={"Location": location})


_CHANGEABLE = {
    "name": "display_name", "description": "description", "hostname": "hostname", "accessIPv4": "access_ip_v4",
    "accessIPv6": "access_ip_v6",
}
_PINNED = "pinned_availability_zone"


def update(request: Request[ComputeServices]) -> Json:
    """Change what may be changed at any time."""
    server = server_of(request)
    body = request.member("server")
    if body:
        services, before = request.services, server
        server = services.database.transact(lambda tx: writes.edit(
            tx, before.uuid, before.project_id, lambda current: _changes(current, body), services.clock.now()
        ))
    more = (views.FULL, views.ONE) if request.version >= v("2.75") else (views.ONE,)
    return views.show(server, circumstances(request, [server], *more, about=target(server)))


def _changes(server: Instance, body: dict[str, object]) -> dict[str, object]:
    fields = {ours: body[theirs] for theirs, ours in _CHANGEABLE.items() if theirs in body}
    fields |= {name: fields[name] or "" for name in ("access_ip_v4", "access_ip_v6") if name in fields}
    if "access_ip_v6" in fields:
        fields["access_ip_v6"] = creation.shortest(str(fields["access_ip_v6"]))
    if disk_config.KEY in body:
        fields["disk_config"] = disk_config.asked(body, server.image)
    if _PINNED in body:
        fields["pinned_zone"] = _pinned(server, body[_PINNED])
    return fields


def _pinned(server: Instance, zone: object) -> str | None:
    if zone is None:
        return None
    if zone != server.availability_zone:
        raise Conflict(f"Instance {server.uuid} is in availability zone {server.availability_zone}: it can be pinned "
                       f"to that one only, not to {zone}.", instance=server.uuid, field=_PINNED)
    return str(zone)


def delete(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    request.services.lifecycle.delete(
        request.context, server, override_lock=may_override_lock(request, server)
    )
    if server.kept is not None and server.kept.image_id is not None:
        # What is left of a shelved server is an image, which nobody else asked for.
        with contextlib.suppress(NotFound):
            request.services.images.delete(request.context, server.kept.image_id)
