"""What servers have used in a period."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from nova_lite.core.clock import isoformat_micro
from nova_lite.objects.instance import Instance

HOUR = 3600.0


@dataclasses.dataclass(frozen=True)
class Period:
    """Seconds since the epoch."""

    start: float
    end: float


def _span(server: Instance) -> tuple[float, float | None]:
    return server.launched_at or server.created_at, server.terminated_at or server.deleted_at


def hours(server: Instance, period: Period) -> float:
    """How long the server was there within the period."""
    began, ended = _span(server)
    return max(0.0, min(period.end, ended or period.end) - max(period.start, began)) / HOUR


def _server(server: Instance, period: Period) -> dict[str, object]:
    began, ended = _span(server)
    flavor = server.flavor
    return {
        "instance_id": server.uuid, "name": server.display_name, "tenant_id": server.project_id,
        "flavor": flavor.name, "vcpus": flavor.vcpus, "memory_mb": flavor.memory_mb,
        "local_gb": flavor.root_gb + flavor.ephemeral_gb, "hours": hours(server, period),
        "started_at": isoformat_micro(began), "ended_at": None if ended is None else isoformat_micro(ended),
        "state": "terminated" if ended else str(server.vm_state),
        "uptime": int((ended or period.end) - began),
    }


def project(project_id: str, servers: Sequence[Instance], period: Period, *, full: bool) -> dict[str, object]:
    """The sums of a project; with ``full``, its servers too."""
    spent = [(server.flavor, hours(server, period)) for server in servers]
    shown: dict[str, object] = {
        "tenant_id": project_id, "start": isoformat_micro(period.start), "stop": isoformat_micro(period.end),
        "total_hours": sum(time for _, time in spent),
        "total_vcpus_usage": sum(flavor.vcpus * time for flavor, time in spent),
        "total_memory_mb_usage": sum(flavor.memory_mb * time for flavor, time in spent),
        "total_local_gb_usage": sum((flavor.root_gb + flavor.ephemeral_gb) * time for flavor, time in spent),
    }
    return shown | {"server_usages": [_server(server, period) for server in servers]} if full else shown
