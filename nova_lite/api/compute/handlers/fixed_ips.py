"""addFixedIp and removeFixedIp of old clients: one address more on a server's port, or one less."""

from __future__ import annotations

from nova_lite.api.compute.handlers.lookup import server_of
from nova_lite.api.compute.handlers.security_groups import networking, ports_of
from nova_lite.api.compute.port_changes import PortChanges
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Request
from nova_lite.core.errors import Conflict, Invalid
from nova_lite.network.drafts import PortChange, Wish
from nova_lite.objects.instance import Instance
from nova_lite.objects.network import Port


def add(request: Request[ComputeServices]) -> None:
    """One more address of the server's port on a network."""
    server, network_id = server_of(request), str(request.member("addFixedIp")["networkId"])
    port = next((port for port in ports_of(request, server) if port.network_id == network_id), None)
    if port is None or not port.fixed_ips:
        raise Invalid(f"Network {network_id} is not one of instance {server.uuid}.", field="networkId")
    more = Wish(subnet_id=port.fixed_ips[0].subnet_id)
    try:
        _give(request, server, port, (*_kept(port), more))
    except Conflict as error:
        raise Invalid(error.message, field="networkId") from None


def remove(request: Request[ComputeServices]) -> None:
    """One address of a server's port less."""
    server, address = server_of(request), str(request.member("removeFixedIp")["address"])
    for port in ports_of(request, server):
        if any(fixed.ip_address == address for fixed in port.fixed_ips):
            _give(request, server, port, tuple(wish for wish in _kept(port) if wish.ip_address != address))
            return
    raise Invalid(f"Fixed IP {address} is not one of instance {server.uuid}.", field="address")


def _kept(port: Port) -> tuple[Wish, ...]:
    return tuple(Wish(subnet_id=fixed.subnet_id, ip_address=fixed.ip_address) for fixed in port.fixed_ips)


def _give(request: Request[ComputeServices], server: Instance, port: Port, wanted: tuple[Wish, ...]) -> None:
    services = request.services
    networking(request).ports.update(port.id, PortChange(fixed_ips=wanted))
    if services.networks is not None:
        changes = PortChanges(services.database, services.lifecycle, services.networks, services.clock)
        changes.changed(request.context, server.uuid, port.id)
