"""Availability zones: the names that hosts are grouped by."""

from __future__ import annotations

from collections import defaultdict

from nova_lite.api.compute.handlers.hosts import is_up
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request
from nova_lite.core.clock import isoformat_micro
from nova_lite.db.reads import hosts
from nova_lite.db.reads import services as registry
from nova_lite.objects.host import HostState


def _zones(request: Request[ComputeServices]) -> dict[str, list[HostState]]:
    zones: dict[str, list[HostState]] = defaultdict(list)
    with request.services.database.read() as tx:
        for host in hosts.every(tx):
            zones[host.availability_zone].append(host)
    return dict(sorted(zones.items()))


def _usable(request: Request[ComputeServices], members: list[HostState]) -> bool:
    return any(host.enabled and is_up(request.services, host) for host in members)


def index(request: Request[ComputeServices]) -> Json:
    return {"availabilityZoneInfo": [
        {"zoneName": zone, "zoneState": {"available": _usable(request, members)}, "hosts": None}
        for zone, members in _zones(request).items()
    ]}


def detail(request: Request[ComputeServices]) -> Json:
    """The same with hosts and their services, and the zone of the cloud's own services."""
    zones = [
        {
            "zoneName": zone,
            "zoneState": {"available": _usable(request, members)},
            "hosts": {host.host: {"nova-compute": _alive(host.enabled, is_up(request.services, host),
                                                         host.last_seen_at)} for host in members},
        }
        for zone, members in _zones(request).items()
    ]
    return {"availabilityZoneInfo": [*zones, *_internal(request)]}


def _alive(active: bool, available: bool, seen_at: float) -> dict[str, object]:
    return {"active": active, "available": available, "updated_at": isoformat_micro(seen_at)}


def _internal(request: Request[ComputeServices]) -> list[dict[str, object]]:
    with request.services.database.read() as tx:
        records = [record for record in registry.page(tx) if record.binary != "nova-compute"]
    if not records:
        return []
    seen_since = request.services.clock.now() - request.services.down_after
    members: dict[str, dict[str, object]] = defaultdict(dict)
    for record in records:
        up = not record.forced_down and record.last_seen_at >= seen_since
        members[record.host][record.binary] = _alive(record.enabled, up, record.last_seen_at)
    return [{"zoneName": "internal", "zoneState": {"available": True}, "hosts": dict(members)}]
