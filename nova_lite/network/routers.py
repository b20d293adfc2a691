"""Routers, their interfaces and their gateway. Each leg of a router is a port."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import UnsetType, structs

from nova_lite.core.clock import Clock
from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.network import addresses
from nova_lite.network.drafts import GatewayDraft, NewPort, NewRouter, RouterChange, Wish, given
from nova_lite.network.ports import Ports
from nova_lite.network.registry import Registry, add
from nova_lite.network.store import NetworkStore, Records
from nova_lite.network.subnets import blocks_overlap
from nova_lite.objects.network import (
    GATEWAY_OWNER,
    INTERFACE_OWNER,
    ROUTER_OWNERS,
    FloatingIp,
    HostRoute,
    Network,
    Port,
    Router,
    Subnet,
)

Routes = tuple[HostRoute, ...]
_BESIDES = ("external_gateway_info", "routes", "distributed", "ha")


class Routers(Registry[Router, NewRouter, RouterChange]):
    """Routers."""

    kind = Router
    resource = "router"

    def __init__(self, store: NetworkStore, clock: Clock, ports: Ports) -> None:
        super().__init__(store, clock)
        self._ports = ports

    def legs(self, routers: Sequence[Router], owners: Sequence[str] = ROUTER_OWNERS) -> dict[str, list[Port]]:
        """The ports of each of these routers: one question, however many they are."""
        found: dict[str, list[Port]] = {router.id: [] for router in routers}
        if found:
            for port in self._store.read(
                lambda records: records.find(Port, device_id=list(found), device_owner=owners)
            ):
                found[port.device_id].append(port)
        return found

    def add_subnet(self, router_id: str, subnet_id: str) -> Port:
        """Join a subnet: the router gets its gateway's address.

        :raises Invalid: it has no gateway, or overlaps what the router is joined to. :raises Conflict: that address
            is taken.
        """
        def run(records: Records) -> Port:
            router, subnet = records.hold(Router, router_id), records.get(Subnet, subnet_id)
            if subnet.gateway_ip is None:
                raise Invalid(f"Bad router request: Subnet for router interface must have a gateway IP: {subnet.id}.")
            self._check_overlap(records, router, [subnet])
            wish = Wish(subnet_id=subnet.id, ip_address=subnet.gateway_ip)
            return self._leg(records, router, subnet.network_id, (wish,))

        return self._store.transact(run)

    def add_port(self, router_id: str, port_id: str) -> Port:
        """Join the network of a port, which becomes the router's.

        :raises Conflict: somebody uses the port. :raises Invalid: it has no address, or overlaps.
        """
        def run(records: Records) -> Port:
            router, port = records.hold(Router, router_id), records.hold(Port, port_id)
            if port.device_id:
                raise Conflict(
                    f"Unable to complete operation on port {port.id} for network {port.network_id}. Port already has "
                    f"an attached device {port.device_id}.", id=port.id, type="PortInUse",
                )
            if not port.fixed_ips:
                raise Invalid("Bad router request: Router port must have at least one fixed IP.")
            subnets = [records.get(Subnet, address.subnet_id) for address in port.fixed_ips]
            self._check_overlap(records, router, subnets)
            return records.replace(port, structs.replace(
                port, device_id=router.id, device_owner=INTERFACE_OWNER, status="ACTIVE", security_groups=(),
                updated_at=self._clock.now(),
            ))

        return self._store.transact(run)

    def remove_interface(self, router_id: str, *, subnet_id: str = "", port_id: str = "") -> tuple[Port, str]:
        """Part from a subnet; the port that is gone, and its subnet.

        :raises NotFound: the router is not joined to it. :raises Conflict: a floating address or a route needs it.
        """
        def run(records: Records) -> tuple[Port, str]:
            router = records.hold(Router, router_id)
            for port in records.find(Port, device_id=router.id, device_owner=INTERFACE_OWNER):
                subnets = [address.subnet_id for address in port.fixed_ips]
                if (port_id in ("", port.id)) and (not subnet_id or subnet_id in subnets):
                    self._check_unneeded(records, router, port)
                    records.remove(port)
                    return port, subnet_id or subnets[0]
            named = f"port {port_id}" if port_id else f"subnet {subnet_id}"
            raise NotFound(
                f"Router {router.id} has no interface on {named}.", id=router.id, type="RouterInterfaceNotFound",
            )

        return self._store.transact(run)

    def add_routes(self, router_id: str, more: Sequence[HostRoute]) -> Router:
        """Routes beside those that the router has, which stay whoever adds others meanwhile.

        :raises Invalid: a route is none, twice, or leads nowhere that the router is joined to.
        """
        return self._reroute(
            router_id, lambda has, named: (*(route for route in has if route not in named), *named), more
        )

    def remove_routes(self, router_id: str, fewer: Sequence[HostRoute]) -> Router:
        """The router without these routes; those that it does not have are not missed. Raises Invalid."""
        return self._reroute(router_id, lambda has, named: tuple(route for route in has if route not in named), fewer)

    def _reroute(
        self, router_id: str, combine: Callable[[Routes, Routes], Routes], named: Sequence[HostRoute]
    ) -> Router:
        routes = addresses.check_routes(named)

        def run(records: Records) -> Router:
            before = records.hold(Router, router_id)
            after = self._routes(records, before, combine(before.routes, routes))
            return records.replace(before, structs.replace(before, routes=after, updated_at=self._clock.now()))

        return self._store.transact(run)

    def _make(self, records: Records, project_id: str, draft: NewRouter) -> Router:
        router = add(records, self._made(
            self._base(project_id, draft) | {"admin_state_up": draft.admin_state_up}
        ))
        if draft.external_gateway_info and draft.external_gateway_info.network_id:
            return records.replace(router, self._with_gateway(records, router, draft.external_gateway_info))
        return router

    def _merge(self, records: Records, before: Router, change: RouterChange) -> Router:
        after = structs.replace(before, **given(change, *_BESIDES))
        if not isinstance(change.external_gateway_info, UnsetType):
            after = self._exchange_gateway(records, after, change.external_gateway_info)
        if not isinstance(change.routes, UnsetType):
            after = structs.replace(after, routes=self._routes(records, after, change.routes or ()))
        return after

    def _clear_away(self, records: Records, record: Router) -> None:
        if records.find(Port, device_id=record.id, device_owner=INTERFACE_OWNER):
            raise Conflict(f"Router {record.id} still has ports", id=record.id, type="RouterInUse")
        self._without_gateway(records, record)

    def _leg(self, records: Records, router: Router, network_id: str, wishes: tuple[Wish, ...]) -> Port:
        draft = NewPort(network_id=network_id, device_id=router.id, device_owner=INTERFACE_OWNER, fixed_ips=wishes)
        return self._ports.make(records, router.project_id, draft)

    def _exchange_gateway(self, records: Records, router: Router, wanted: GatewayDraft | None) -> Router:
        if wanted is None or not wanted.network_id:
            return self._without_gateway(records, router)
        same = wanted.network_id == router.gateway_network_id
        if same and isinstance(wanted.external_fixed_ips, UnsetType):
            return structs.replace(router, enable_snat=wanted.enable_snat)
        if same:
            # Floating addresses may stay: the way out does, with other addresses.
            records.remove(records.get(Port, router.gateway_port_id))
            return self._with_gateway(records, router, wanted)
        return self._with_gateway(records, self._without_gateway(records, router), wanted)

    def _with_gateway(self, records: Records, router: Router, wanted: GatewayDraft) -> Router:
        network = records.get(Network, wanted.network_id)
        if not network.external:
            raise Invalid(f"Bad router request: Network {network.id} is not an external network.", field="network_id")
        draft = NewPort(
            network_id=network.id, device_id=router.id, device_owner=GATEWAY_OWNER, fixed_ips=wanted.external_fixed_ips
        )
        port = self._ports.make(records, "", draft)
        return structs.replace(
            router, gateway_network_id=network.id, gateway_port_id=port.id, enable_snat=wanted.enable_snat
        )

    def _without_gateway(self, records: Records, router: Router) -> Router:
        if not router.gateway_port_id:
            return router
        if records.find(FloatingIp, router_id=router.id):
            raise Conflict(
                f"Gateway cannot be updated for router {router.id}, since a gateway to external network "
                f"{router.gateway_network_id} is required by one or more floating IPs.", id=router.id,
                type="RouterExternalGatewayInUseByFloatingIp",
            )
        records.remove(records.get(Port, router.gateway_port_id))
        return structs.replace(router, gateway_network_id="", gateway_port_id="", enable_snat=True)

    def _joined(self, records: Records, router: Router) -> list[Subnet]:
        ports = records.find(Port, device_id=router.id, device_owner=ROUTER_OWNERS)
        ids = [address.subnet_id for port in ports for address in port.fixed_ips]
        return records.find(Subnet, id=ids) if ids else []

    def _check_overlap(self, records: Records, router: Router, fresh: Sequence[Subnet]) -> None:
        for subnet in self._joined(records, router):
            for new in fresh:
                if subnet.id == new.id:
                    raise Invalid(f"Bad router request: Router already has a port on subnet {new.id}.")
                if blocks_overlap(subnet.cidr, new.cidr):
                    raise Invalid(
                        f"Bad router request: Cidr {new.cidr} of subnet {new.id} overlaps with cidr {subnet.cidr} of "
                        f"subnet {subnet.id}."
                    )

    def _check_unneeded(self, records: Records, router: Router, port: Port) -> None:
        subnets = {address.subnet_id for address in port.fixed_ips}
        for floating in records.find(FloatingIp, router_id=router.id):
            target = records.get(Port, floating.port_id)
            if any(address.ip_address == floating.fixed_ip_address and address.subnet_id in subnets
                   for address in target.fixed_ips):
                raise Conflict(
                    f"Router interface for subnet {', '.join(subnets)} on router {router.id} cannot be deleted, as it "
                    "is required by one or more floating IPs.", id=router.id, type="RouterInterfaceInUseByFloatingIP",
                )
        blocks = [addresses.block(subnet.cidr) for subnet in records.find(Subnet, id=sorted(subnets))]
        if any(addresses.ip(route.nexthop) in cidr for route in router.routes for cidr in blocks):
            raise Conflict(
                f"Router interface for subnet {', '.join(subnets)} on router {router.id} cannot be deleted, as it is "
                "required by one or more routes.", id=router.id, type="RouterInterfaceInUseByRoute",
            )

    def _routes(self, records: Records, router: Router, wanted: Sequence[HostRoute]) -> tuple[HostRoute, ...]:
        routes = addresses.check_routes(wanted)
        blocks = [addresses.block(subnet.cidr) for subnet in self._joined(records, router)]
        for route in routes:
            if not any(addresses.ip(route.nexthop) in cidr for cidr in blocks):
                raise Invalid(
                    f"Invalid format for routes: {route.destination} via {route.nexthop}, the nexthop is not connected "
                    "with router", field="routes",
                )
        return routes
