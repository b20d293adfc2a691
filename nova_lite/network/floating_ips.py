"""Floating addresses: an address of an external network that leads to a port through the router between them."""

from __future__ import annotations

from msgspec import UNSET, UnsetType, structs

from nova_lite.core.clock import Clock
from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.network.drafts import FloatingIpChange, NewFloatingIp, NewPort, Wish, given
from nova_lite.network.ports import Ports
from nova_lite.network.registry import Registry, add
from nova_lite.network.store import NetworkStore, Records
from nova_lite.objects.network import FLOATING_OWNER, INTERFACE_OWNER, FixedIp, FloatingIp, Network, Port, Router


class FloatingIps(Registry[FloatingIp, NewFloatingIp, FloatingIpChange]):
    """Floating addresses. Each keeps its address taken by a port of its own, which belongs to no project."""

    kind = FloatingIp
    resource = "floatingip"

    def __init__(self, store: NetworkStore, clock: Clock, ports: Ports) -> None:
        super().__init__(store, clock)
        self._ports = ports

    def targets(self, floating: list[FloatingIp]) -> dict[str, Port]:
        """The ports that these lead to, by id: one question, however many they are."""
        ids = [item.port_id for item in floating if item.port_id]
        if not ids:
            return {}
        return {port.id: port for port in self._store.read(lambda records: records.find(Port, id=ids))}

    def _make(self, records: Records, project_id: str, draft: NewFloatingIp) -> FloatingIp:
        network = records.get(Network, draft.floating_network_id)
        if not network.external:
            raise Invalid(
                f"Bad floatingip request: Network {network.id} is not a valid external network", field="network_id"
            )
        wishes: tuple[Wish, ...] = ()
        if draft.floating_ip_address or draft.subnet_id:
            wishes = (Wish(subnet_id=draft.subnet_id or "", ip_address=draft.floating_ip_address or ""),)
        own = self._ports.make(records, "", NewPort(
            network_id=network.id, device_owner=FLOATING_OWNER, fixed_ips=wishes or UNSET, device_id="floating",
        ))
        address = next((fixed.ip_address for fixed in own.fixed_ips), None)
        if address is None:
            raise Invalid(f"Bad floatingip request: Network {network.id} does not contain any subnet.")
        made = self._made(self._base(project_id, draft) | {
            "floating_network_id": network.id, "floating_ip_address": address, "own_port_id": own.id,
            "dns_name": draft.dns_name, "dns_domain": draft.dns_domain,
        })
        return add(records, self._tied(records, made, draft.port_id, draft.fixed_ip_address))

    def _merge(self, records: Records, before: FloatingIp, change: FloatingIpChange) -> FloatingIp:
        after = structs.replace(before, **given(change, "port_id", "fixed_ip_address"))
        if isinstance(change.port_id, UnsetType) and isinstance(change.fixed_ip_address, UnsetType):
            return after
        # A change that speaks of an address without its port means the port that it leads to already.
        port_id = before.port_id if isinstance(change.port_id, UnsetType) else change.port_id
        fixed = None if isinstance(change.fixed_ip_address, UnsetType) else change.fixed_ip_address
        return self._tied(records, after, port_id, fixed)

    def _clear_away(self, records: Records, record: FloatingIp) -> None:
        for port in records.find(Port, id=record.own_port_id):
            records.remove(port)

    def _tied(self, records: Records, floating: FloatingIp, port_id: str | None, fixed: str | None) -> FloatingIp:
        if not port_id:
            if fixed:
                raise Invalid("Bad floatingip request: fixed_ip_address cannot be specified without a port_id.")
            return structs.replace(floating, port_id="", fixed_ip_address="", router_id="", status="DOWN")
        port = records.hold(Port, port_id)
        address = _address(port, fixed)
        for other in records.find(FloatingIp, port_id=port.id, fixed_ip_address=address.ip_address):
            if other.id != floating.id:
                raise Conflict(
                    f"Cannot associate floating IP {floating.floating_ip_address} ({floating.id}) with port {port.id} "
                    f"using fixed IP {address.ip_address}, as that fixed IP already has a floating IP on external "
                    f"network {other.floating_network_id}.", type="FloatingIPPortAlreadyAssociated",
                )
        router = _router(records, floating, port, address)
        return structs.replace(
            floating, port_id=port.id, fixed_ip_address=address.ip_address, router_id=router.id, status="ACTIVE"
        )


def _address(port: Port, wanted: str | None) -> FixedIp:
    candidates = [address for address in port.fixed_ips if ":" not in address.ip_address]
    found = [address for address in candidates if wanted in (None, address.ip_address)]
    if not found:
        raise Invalid(f"Bad floatingip request: Port {port.id} does not have fixed ip {wanted or 'of IPv4'}.",
                      field="fixed_ip_address")
    if wanted is None and len(found) > 1:
        raise Invalid(
            f"Bad floatingip request: Port {port.id} has multiple fixed IPv4 addresses. Must provide a specific IPv4 "
            "address when assigning a floating IP.", field="fixed_ip_address",
        )
    return found[0]


def _router(records: Records, floating: FloatingIp, port: Port, address: FixedIp) -> Router:
    """The router between the port's subnet and the external network. Raises NotFound."""
    for leg in records.find(Port, network_id=port.network_id, device_owner=INTERFACE_OWNER):
        if any(fixed.subnet_id == address.subnet_id for fixed in leg.fixed_ips):
            router = records.get(Router, leg.device_id)
            if router.gateway_network_id == floating.floating_network_id:
                return router
    raise NotFound(
        f"External network {floating.floating_network_id} is not reachable from subnet {address.subnet_id}. Therefore, "
        f"cannot associate Port {port.id} with a Floating IP.", type="ExternalGatewayForFloatingIPNotFound",
    )
