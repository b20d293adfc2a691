"""Hosts, as clients before 2.43 ask for them; the power of hosts is not in our hands."""

from __future__ import annotations

from nova_lite.api.compute.handlers.services import switch_host
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import hosts as views
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Unsupported
from nova_lite.db.reads import hosts, instances
from nova_lite.db.reads import services as registry
from nova_lite.objects.host import HostState

_INTERNAL = "internal"


def index(request: Request[ComputeServices]) -> Json:
    with request.services.database.read() as tx:
        zones = {host.host: host.availability_zone for host in hosts.every(tx)}
        records = registry.page(tx)
    zone = request.query.one("zone")
    found = [
        {
            "host_name": record.host, "service": record.binary.removeprefix("nova-"),
            "zone": zones.get(record.host, _INTERNAL) if record.binary == "nova-compute" else _INTERNAL,
        }
        for record in records
    ]
    return {"hosts": [host for host in found if not zone or host["zone"] == zone]}


def _host(request: Request[ComputeServices]) -> HostState:
    with request.services.database.read() as tx:
        return hosts.one(tx, request.path["host"])


def show(request: Request[ComputeServices]) -> Json:
    with request.services.database.read() as tx:
        host = hosts.one(tx, request.path["host"])
        servers = instances.on_host(tx, host.host)
    return {"host": views.resources(host, servers)}


def update(request: Request[ComputeServices]) -> Json:
    """Enable or disable; a host is put to maintenance by its operator, not by us."""
    host = _host(request)
    if "maintenance_mode" in request.body:
        raise Unsupported("Virt driver does not implement host maintenance mode.", host=host.host)
    enabled = str(request.body["status"]).strip().lower() == "enable"
    switch_host(request, host.host, enabled, None, None)
    return {"host": host.host, "status": "enabled" if enabled else "disabled"}


def power(request: Request[ComputeServices]) -> Json:
    host = _host(request)
    raise Unsupported("Virt driver does not implement host power management.", host=host.host)
