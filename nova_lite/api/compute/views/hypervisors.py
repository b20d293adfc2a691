"""Hypervisors as the API shows them."""

from __future__ import annotations

import dataclasses
import json

from nova_lite.api.compute.views.table import ABSENT, Field, at, render
from nova_lite.api.microversions import Microversion, v
from nova_lite.objects.host import HostDetails, HostState
from nova_lite.objects.instance import Instance
from nova_lite.objects.service import ServiceRecord


@dataclasses.dataclass(frozen=True)
class Hypervisor:
    """A host, its service, and (where they were asked for) its servers. ``number`` is its id before 2.53."""

    host: HostState
    service: ServiceRecord | None
    up: bool
    number: int
    servers: tuple[Instance, ...] | None = None
    details: HostDetails = HostDetails()


def _service(h: Hypervisor, version: Microversion) -> object:
    uuid = h.service.uuid if h.service else h.host.uuid
    number = h.service.id if h.service else h.number
    return {
        "id": uuid if version >= v("2.53") else number,
        "host": h.host.host,
        "disabled_reason": (h.host.disabled_reason or None) if not h.host.enabled else None,
    }


def _servers(h: Hypervisor, version: Microversion) -> object:
    if h.servers is None or (not h.servers and version < v("2.75")):
        return ABSENT
    return [{"uuid": server.uuid, "name": server.name} for server in h.servers]


def _cpu_info(h: Hypervisor) -> dict[str, object]:
    told = h.details.cpu_info
    return {
        **{name: told.get(name, "") for name in ("arch", "model", "vendor")},
        "features": told.get("features", "").split(),
        "topology": {name: int(told.get(name, 1)) for name in ("cells", "sockets", "cores", "threads")},
    }


_BRIEF: tuple[Field[Hypervisor, Microversion], ...] = (
    Field("id", lambda h, _: h.number, until="2.52"),
    Field("id", lambda h, _: h.host.uuid, since="2.53"),
    Field("hypervisor_hostname", lambda h, _: h.host.hypervisor_hostname or h.host.host),
    Field("state", lambda h, _: "up" if h.up else "down"),
    Field("status", lambda h, _: "enabled" if h.host.enabled else "disabled"),
    Field("servers", _servers, since="2.53"),
)

_TOTALS: tuple[Field[Hypervisor, Microversion], ...] = (
    Field("vcpus", lambda h, _: h.host.inventory.vcpus, until="2.87"),
    Field("vcpus_used", lambda h, _: h.host.vcpus_used, until="2.87"),
    Field("memory_mb", lambda h, _: h.host.inventory.memory_mb, until="2.87"),
    Field("memory_mb_used", lambda h, _: h.host.memory_mb_used, until="2.87"),
    Field("free_ram_mb", lambda h, _: h.host.inventory.memory_mb - h.host.memory_mb_used, until="2.87"),
    Field("local_gb", lambda h, _: h.host.inventory.disk_gb, until="2.87"),
    Field("local_gb_used", lambda h, _: h.host.disk_gb_used, until="2.87"),
    Field("free_disk_gb", lambda h, _: h.host.inventory.disk_gb - h.host.disk_gb_used, until="2.87"),
    Field("disk_available_least", lambda h, _: h.host.inventory.disk_gb - h.host.disk_gb_used, until="2.87"),
    Field("running_vms", lambda h, _: h.host.instances, until="2.87"),
    Field("current_workload", lambda h, _: 0, until="2.87"),
)

_FULL: tuple[Field[Hypervisor, Microversion], ...] = (
    *_BRIEF,
    *_TOTALS,
    Field("hypervisor_type", lambda h, _: h.host.hypervisor_type),
    Field("hypervisor_version", lambda h, _: h.host.hypervisor_version),
    Field("host_ip", lambda h, _: h.host.host_ip),
    Field("service", _service),
    Field("cpu_info", lambda h, _: json.dumps(_cpu_info(h)), until="2.27"),
    Field("cpu_info", lambda h, _: _cpu_info(h), since="2.28", until="2.87"),
    Field("uptime", lambda h, _: (h.details.uptime or None) if h.up else None, since="2.88"),
)


def brief(hypervisor: Hypervisor, version: Microversion) -> dict[str, object]:
    """One hypervisor, as little as identifies it."""
    return render(at(_BRIEF, version, frozenset()), hypervisor, version)


def with_servers(hypervisor: Hypervisor, version: Microversion) -> dict[str, object]:
    """The same with its servers, for the route of its own that this had before 2.53."""
    shown = brief(hypervisor, version)
    if hypervisor.servers:
        shown["servers"] = [{"uuid": server.uuid, "name": server.name} for server in hypervisor.servers]
    return shown


def full(hypervisor: Hypervisor, version: Microversion) -> dict[str, object]:
    """One hypervisor, in full."""
    return render(at(_FULL, version, frozenset()), hypervisor, version)


def uptime(hypervisor: Hypervisor, version: Microversion) -> dict[str, object]:
    """How long it has been up, for the route of its own that this had before 2.88."""
    shown = brief(hypervisor, version)
    shown.pop("servers", None)
    return {**shown, "uptime": hypervisor.details.uptime}


def statistics(hypervisors: list[Hypervisor]) -> dict[str, object]:
    """Sums over hypervisors that are enabled."""
    version = v("2.1")
    totals = {field.key: sum(_number(field.value(h, version)) for h in hypervisors) for field in _TOTALS}
    return {"hypervisor_statistics": {"count": len(hypervisors), **totals}}


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
