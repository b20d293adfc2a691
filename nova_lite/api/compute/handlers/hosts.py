"""Hosts and services together: what is up, and what servers' views tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views.servers import HostView
from nova_lite.db.reads import hosts as reads
from nova_lite.objects.host import HostState
from nova_lite.objects.instance import Instance


def is_up(services: ComputeServices, host: HostState) -> bool:
    """Whether the host is alive as far as anybody knows."""
    return not host.is_down(services.clock.now(), services.down_after)


def _status(services: ComputeServices, host: HostState) -> str:
    """Nova's words: DOWN is what somebody said of it; of a host that is only silent nobody knows."""
    if host.forced_down:
        return "DOWN"
    if not host.enabled:
        return "MAINTENANCE"
    return "UP" if is_up(services, host) else "UNKNOWN"


def host_views(services: ComputeServices, servers: Iterable[Instance]) -> Mapping[str, HostView]:
    """The hosts of these servers by name, as servers' views tell of them."""
    with services.database.read() as tx:
        known = reads.named(tx, {server.host for server in servers if server.host})
    return {host.host: HostView(host.hypervisor_hostname or host.host, _status(services, host)) for host in known}
