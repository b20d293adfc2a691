"""What a host has and what is taken of it, as clients before 2.43 are told."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.objects.host import HostState
from nova_lite.objects.instance import Instance


def _resource(host: str, project: str, cpu: int, memory_mb: int, disk_gb: int) -> dict[str, object]:
    return {"resource": {
        "host": host, "project": project, "cpu": cpu, "memory_mb": memory_mb, "disk_gb": disk_gb,
    }}


def resources(host: HostState, servers: Sequence[Instance]) -> list[dict[str, object]]:
    """Totals, what is taken now, what the servers may take at most, and the same by project."""
    has = host.inventory
    rows = [
        _resource(host.host, "(total)", has.vcpus, has.memory_mb, has.disk_gb),
        _resource(host.host, "(used_now)", host.vcpus_used, host.memory_mb_used, host.disk_gb_used),
        _sum(host.host, "(used_max)", servers),
    ]
    for project in sorted({server.project_id for server in servers}):
        rows.append(_sum(host.host, project, [server for server in servers if server.project_id == project]))
    return rows


def _sum(host: str, project: str, servers: Sequence[Instance]) -> dict[str, object]:
    flavors = [server.flavor for server in servers]
    return _resource(
        host, project, sum(flavor.vcpus for flavor in flavors), sum(flavor.memory_mb for flavor in flavors),
        sum(flavor.root_gb + flavor.ephemeral_gb for flavor in flavors),
    )
