"""Hosts and services together: what is up, and what servers' views tell of it."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views.servers import HostView
from nova_lite.db.reads import hosts as reads
from nova_lite.objects.host import HostState


def is_up(services: ComputeServices, host: HostState) -> bool:
    """Whether the host is alive as far as anybody knows."""
    return not host.forced_down and services.clock.now() - host.last_seen_at <= services.down_after


def _status(services: ComputeServices, host: HostState) -> str:
    if not host.enabled:
        return "MAINTENANCE"
    return "UP" if is_up(services, host) else "DOWN"


def host_views(services: ComputeServices) -> Mapping[str, HostView]:
    """Every host by name, as servers' views tell of it."""
    with services.database.read() as tx:
        known = reads.every(tx)
    return {host.host: HostView(host.hypervisor_hostname or host.host, _status(services, host)) for host in known}
