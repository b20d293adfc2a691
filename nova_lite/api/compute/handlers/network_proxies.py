"""The proxies of networks and floating addresses that the compute API had until 2.35 (actions: 2.43)."""

from __future__ import annotations

from nova_lite.api.compute.handlers.lookup import scope, server_of
from nova_lite.api.compute.handlers.security_groups import networking, ports_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.network.drafts import FloatingIpChange, NewFloatingIp
from nova_lite.objects.instance import Instance
from nova_lite.objects.network import FloatingIp, Network, Port, Query

_UNKNOWN = (
    "bridge", "vpn_public_port", "dhcp_start", "bridge_interface", "share_address", "updated_at", "cidr_v6",
    "deleted_at", "gateway", "rxtx_base", "priority", "project_id", "vpn_private_address", "deleted", "vlan",
    "broadcast", "netmask", "injected", "cidr", "vpn_public_address", "multi_host", "dns2", "created_at", "host",
    "gateway_v6", "netmask_v6", "dhcp_server", "mtu", "enable_dhcp", "dns1",
)


def _network(network: Network) -> dict[str, object]:
    """Keys that meant something when compute had networks of its own, and nothing since."""
    return {**dict.fromkeys(_UNKNOWN), "id": network.id, "label": network.name}


def _tenant(network: Network) -> dict[str, object]:
    return {"id": network.id, "label": network.name, "cidr": "None"}


def networks(request: Request[ComputeServices]) -> Json:
    found = networking(request).networks.page(Query(project_id=scope(request)))
    return {"networks": [_network(network) for network in found]}


def network(request: Request[ComputeServices]) -> Json:
    return {"network": _network(networking(request).networks.show(scope(request), request.path["id"]))}


def tenant_networks(request: Request[ComputeServices]) -> Json:
    found = networking(request).networks.page(Query(project_id=request.context.project_id))
    return {"networks": [_tenant(network) for network in found]}


def tenant_network(request: Request[ComputeServices]) -> Json:
    shown = networking(request).networks.show(request.context.project_id, request.path["id"])
    return {"network": _tenant(shown)}


def _pools(request: Request[ComputeServices]) -> dict[str, str]:
    found = networking(request).networks.page(Query(where=(("external", (True,)),)))
    return {network.id: network.name for network in found}


def pools(request: Request[ComputeServices]) -> Json:
    return {"floating_ip_pools": [{"name": name} for name in _pools(request).values()]}


def _shown(request: Request[ComputeServices], found: list[FloatingIp]) -> list[dict[str, object]]:
    names, targets = _pools(request), networking(request).floating_ips.targets(found)
    return [
        {
            "id": one.id, "ip": one.floating_ip_address, "pool": names.get(one.floating_network_id),
            "fixed_ip": one.fixed_ip_address or None,
            "instance_id": targets[one.port_id].device_id or None if one.port_id in targets else None,
        }
        for one in found
    ]


def floating_ips(request: Request[ComputeServices]) -> Json:
    own = request.context.project_id
    found = networking(request).floating_ips.page(Query(project_id=own, where=(("project_id", (own,)),)))
    return {"floating_ips": _shown(request, found)}


def _one(request: Request[ComputeServices]) -> FloatingIp:
    found = networking(request).floating_ips.show(scope(request), request.path["floating_ip_id"])
    request.authorize({"project_id": found.project_id, "user_id": request.context.user_id})
    return found


def floating_ip(request: Request[ComputeServices]) -> Json:
    return {"floating_ip": _shown(request, [_one(request)])[0]}


def allocate(request: Request[ComputeServices]) -> Json:
    """Take an address of a pool: of the first one where none is named."""
    wanted, known = request.body.get("pool"), _pools(request)
    chosen = [id for id, name in known.items() if wanted in (None, name, id)]
    if not chosen:
        raise NotFound("Floating IP pool not found.", pool=str(wanted))
    draft = NewFloatingIp(floating_network_id=chosen[0])
    (made,) = networking(request).floating_ips.create(request.context.project_id, [draft])
    return {"floating_ip": _shown(request, [made])[0]}


def release(request: Request[ComputeServices]) -> None:
    networking(request).floating_ips.delete(_one(request).id)


def _by_address(request: Request[ComputeServices], server: Instance, address: str) -> FloatingIp:
    found = networking(request).floating_ips.page(Query(
        project_id=server.project_id, where=(("floating_ip_address", (address,)),)
    ))
    if not found:
        raise NotFound(f"Floating IP not found for address {address}.", address=address)
    return found[0]


def associate(request: Request[ComputeServices]) -> None:
    server, asked = server_of(request), request.member("addFloatingIp")
    floating = _by_address(request, server, str(asked["address"]))
    change = _target(ports_of(request, server), asked.get("fixed_address"))
    if change is None:
        raise Invalid("No fixed IPs associated to instance, or not this one", field="fixed_address")
    try:
        networking(request).floating_ips.update(floating.id, change)
    except (Conflict, NotFound) as error:
        raise Invalid(f"Unable to associate floating IP {floating.floating_ip_address}: {error.message}",
                      field="address") from None


def _target(ports: list[Port], fixed: object) -> FloatingIpChange | None:
    """Where a floating address leads: to the fixed one that is named, or to the first of version 4."""
    for port in ports:
        for address in port.fixed_ips:
            if address.ip_address == fixed or (fixed is None and "." in address.ip_address):
                return FloatingIpChange(port_id=port.id, fixed_ip_address=address.ip_address)
    return None


def disassociate(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    floating = _by_address(request, server, str(request.member("removeFloatingIp")["address"]))
    targets = networking(request).floating_ips.targets([floating])
    if floating.port_id not in targets or targets[floating.port_id].device_id != server.uuid:
        raise Conflict(f"Floating IP {floating.floating_ip_address} is not associated with instance {server.uuid}.",
                       instance=server.uuid)
    networking(request).floating_ips.update(floating.id, FloatingIpChange(port_id=None))
