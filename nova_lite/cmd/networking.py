"""The network service from settings: for the API, and for the tool that makes the first networks."""

from __future__ import annotations

from msgspec import structs

from nova_lite.conf import Settings
from nova_lite.core.clock import Clock
from nova_lite.db.network import DatabaseNetworkStore
from nova_lite.db.session import Database
from nova_lite.network.bootstrap import Plan
from nova_lite.network.servers import PlugKind, ServerPorts
from nova_lite.network.service import Networking
from nova_lite.objects.network import NetworkQuota


def quota(settings: Settings) -> NetworkQuota:
    """The limits of projects that have none of their own."""
    configured = {
        field.name: getattr(settings.network, f"quota_{field.name}")
        for field in structs.fields(NetworkQuota) if hasattr(settings.network, f"quota_{field.name}")
    }
    return NetworkQuota(**configured)


def store(settings: Settings, database: Database, clock: Clock) -> DatabaseNetworkStore:
    """The records."""
    return DatabaseNetworkStore(database, quota(settings), clock)


def networking(settings: Settings, database: Database, clock: Clock) -> Networking:
    """The whole service."""
    return Networking(store(settings, database, clock), clock, quota(settings))


def server_ports(settings: Settings, service: Networking, clock: Clock) -> ServerPorts:
    """How servers get their ports."""
    plug: PlugKind = "bridge" if settings.network.plug == "bridge" else "user"
    return ServerPorts(service.ports, service.security_groups, clock, plug)


def network_plan(settings: Settings, project_id: str) -> Plan:
    """The first networks, which belong to a project and are shared by all."""
    servers = tuple(text.strip() for text in settings.network.dns_nameservers.split(",") if text.strip())
    return Plan(
        project_id=project_id, private_cidr=settings.network.private_cidr, public_cidr=settings.network.public_cidr,
        dns_nameservers=servers,
    )
