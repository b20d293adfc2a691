"""Hypervisors: the compute hosts as admins see them."""

from __future__ import annotations

from nova_lite.api.compute.booleans import truth_or
from nova_lite.api.compute.handlers.hosts import is_up
from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import hypervisors as views
from nova_lite.api.compute.views.hypervisors import Hypervisor
from nova_lite.api.compute.views.links import next_page
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid, NotFound
from nova_lite.db.reads import hosts, instances
from nova_lite.db.reads import services as registry


def _all(request: Request[ComputeServices], *, servers: bool = False) -> list[Hypervisor]:
    services = request.services
    with services.database.read() as tx:
        known, details = hosts.every(tx), hosts.details(tx)
        records = {record.host: record for record in registry.page(tx, binary="nova-compute")}
        placed = {host.host: tuple(instances.on_host(tx, host.host)) for host in known} if servers else {}
    return [
        Hypervisor(
            host=host, service=records.get(host.host), up=is_up(services, host), number=position,
            servers=placed[host.host] if servers else None, details=details[host.host],
        )
        for position, host in enumerate(known, 1)
    ]


def _list(request: Request[ComputeServices], path: str, *, full: bool) -> Json:
    query, version = request.query, request.version
    found = _all(request, servers=truth_or(query.one("with_servers"), "with_servers", False))
    pattern = query.one("hypervisor_hostname_pattern") if version >= v("2.53") else None
    if pattern is not None:
        if query.one("limit") or query.one("marker"):
            raise Invalid("Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not "
                          "supported.", field="hypervisor_hostname_pattern")
        found = _matching(found, pattern)
    page = found
    if version >= v("2.33"):
        page = _after(found, query.one("marker"), version >= v("2.53"))
        limit = page_size(query, request.services.page_size)
        page = page[:limit]
    show = views.full if full else views.brief
    answer: dict[str, object] = {"hypervisors": [show(hypervisor, version) for hypervisor in page]}
    if page and page[-1] is not found[-1]:
        marker = page[-1].host.uuid if version >= v("2.53") else str(page[-1].number)
        answer["hypervisors_links"] = next_page(request.base_url, path, query, marker)
    return answer


def _matching(found: list[Hypervisor], pattern: str) -> list[Hypervisor]:
    matching = [h for h in found if pattern in (h.host.hypervisor_hostname or h.host.host)]
    if not matching:
        raise NotFound(f"No hypervisor matching '{pattern}' could be found.", pattern=pattern)
    return matching


def _after(found: list[Hypervisor], marker: str | None, by_uuid: bool) -> list[Hypervisor]:
    if marker is None:
        return found
    for position, hypervisor in enumerate(found):
        if marker == (hypervisor.host.uuid if by_uuid else str(hypervisor.number)):
            return found[position + 1:]
    raise Invalid(f"marker [{marker}] not found", field="marker")


def index(request: Request[ComputeServices]) -> Json:
    return _list(request, "os-hypervisors", full=False)


def detail(request: Request[ComputeServices]) -> Json:
    return _list(request, "os-hypervisors/detail", full=True)


def show(request: Request[ComputeServices]) -> Json:
    return {"hypervisor": views.full(_one(request), request.version)}


def _one(request: Request[ComputeServices]) -> Hypervisor:
    wanted = request.path["hypervisor_id"]
    by_uuid = request.version >= v("2.53")
    servers = by_uuid and truth_or(request.query.one("with_servers"), "with_servers", False)
    for hypervisor in _all(request, servers=servers):
        if wanted == (hypervisor.host.uuid if by_uuid else str(hypervisor.number)):
            return hypervisor
    # Clients look names up as ids first, and go on only after a 404.
    raise NotFound(f"Hypervisor with ID '{wanted}' could not be found.", hypervisor=wanted)


def uptime(request: Request[ComputeServices]) -> Json:
    hypervisor = _one(request)
    if not hypervisor.up:
        raise Invalid(f"Compute service of {hypervisor.host.host} is unavailable at this time.",
                      host=hypervisor.host.host)
    return {"hypervisor": views.uptime(hypervisor, request.version)}


def statistics(request: Request[ComputeServices]) -> Json:
    return views.statistics([h for h in _all(request) if h.host.enabled])


def search(request: Request[ComputeServices]) -> Json:
    found = _matching(_all(request), request.path["hypervisor_id"])
    return {"hypervisors": [views.brief(h, request.version) for h in found]}


def servers(request: Request[ComputeServices]) -> Json:
    found = _matching(_all(request, servers=True), request.path["hypervisor_id"])
    return {"hypervisors": [views.with_servers(h, request.version) for h in found]}
