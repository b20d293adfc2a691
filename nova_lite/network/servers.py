"""The ports of servers: what compute asks of the network service, inside compute's own transactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from msgspec import UNSET, structs

from nova_lite.core.clock import Clock
from nova_lite.core.errors import Conflict, Forbidden, Invalid
from nova_lite.network import addresses
from nova_lite.network.drafts import NewPort, Wish
from nova_lite.network.errors import NoMoreAddresses
from nova_lite.network.ports import Ports
from nova_lite.network.security_groups import SecurityGroups
from nova_lite.network.store import Ground, Records
from nova_lite.objects.base import Value
from nova_lite.objects.instance import Instance
from nova_lite.objects.network import SERVER_OWNER, FixedIp, Network, Port, Query, SecurityGroup, Subnet
from nova_lite.objects.nic import Ipv6Mode, Nic, NicSubnet

Auto = Literal["auto", "none"]
PlugKind = Literal["user", "bridge"]


class NicWish(Value, frozen=True, kw_only=True):
    """An interface that a server is to have: on this network, this address or any; or a port. ``tag``: its name."""

    network_id: str = ""
    port_id: str = ""
    fixed_ip: str = ""
    tag: str = ""


class Wishes(Value, frozen=True, kw_only=True):
    """The interfaces of a new server; ``groups`` are the security groups (ids or names) of ports made for it."""

    nics: tuple[NicWish, ...] | Auto = "auto"
    groups: tuple[str, ...] = ()


class ServerPorts:
    """Gives servers their ports. ``plug`` is how hosts join guests to the network."""

    def __init__(self, ports: Ports, groups: SecurityGroups, clock: Clock, plug: PlugKind = "user") -> None:
        self._ports, self._groups, self._clock, self._plug = ports, groups, clock, plug

    def prepare(self, project_id: str, wishes: Wishes) -> None:
        """What must be there before wishes of a project can be checked: the default group, which it may name."""
        if wishes.groups:
            self._groups.ensure_default(project_id)

    def check(
        self, records: Records, project_id: str, wishes: Wishes, number: int = 1, *, everywhere: bool = False
    ) -> Wishes:
        """The wishes with networks named and groups by id; for so many servers alike.

        ``everywhere``: who wishes may use every network, whosever it is.

        :raises Invalid: a network, a port or a group is not there for the project, or one cannot be for several.
        :raises Conflict: there are several networks to choose from, or a port is in use.
        """
        groups = tuple(_group(records, project_id, name) for name in dict.fromkeys(wishes.groups))
        nics = wishes.nics
        if nics == "none":
            nics = ()
        elif nics == "auto":
            return Wishes(nics=_usual(records, project_id), groups=groups)
        if number > 1 and any(wish.port_id or wish.fixed_ip for wish in nics):
            raise Invalid("Unable to launch multiple instances with a single configured port ID or fixed address.")
        seer = None if everywhere else project_id
        return Wishes(nics=tuple(_checked(records, project_id, seer, wish) for wish in nics), groups=groups)

    def allocate(self, records: Records, server: Instance, wishes: Wishes) -> tuple[Nic, ...]:
        """Ports for a new server, in order, as nics.

        :raises Forbidden: the project would have more ports than it may.
        :raises Invalid: a fixed address cannot be had. :raises Conflict: a port is in use, no address is left.
        """
        assert not isinstance(wishes.nics, str)
        return tuple(self.attach(records, server, wish, wishes.groups) for wish in wishes.nics)

    def attach(self, records: Records, server: Instance, wish: NicWish, groups: Sequence[str] = ()) -> Nic:
        """One more interface for a server. Raises as :meth:`allocate` does."""
        if wish.port_id:
            port = self._bind(records, server, wish)
            return self._nic(port, _ground(records, port))
        return self._nic(*self._make(records, server, wish, groups))

    def nic(self, records: Records, port_id: str) -> Nic:
        """The interface that a port is now. Raises NotFound."""
        port = records.get(Port, port_id)
        return self._nic(port, _ground(records, port))

    def ports_of(self, records: Records, server: Instance) -> list[Port]:
        """The ports of a server, oldest first. Those of other projects may say that they are, and are not."""
        return records.find(Port, device_id=server.uuid, project_id=server.project_id)

    def _bind(self, records: Records, server: Instance, wish: NicWish) -> Port:
        port = _port(records, server.project_id, wish.port_id, hold=True)
        return records.replace(port, structs.replace(
            port, device_id=server.uuid, device_owner=SERVER_OWNER, device_tag=wish.tag, status="DOWN",
            updated_at=self._clock.now(),
        ))

    def _make(
        self, records: Records, server: Instance, wish: NicWish, groups: Sequence[str]
    ) -> tuple[Port, Ground]:
        draft = NewPort(
            network_id=wish.network_id, device_id=server.uuid, device_owner=SERVER_OWNER,
            fixed_ips=(Wish(ip_address=wish.fixed_ip),) if wish.fixed_ip else UNSET,
            security_groups=tuple(groups) or UNSET,
        )
        try:
            records.take_turn(server.project_id)
            offer = records.offer(wish.network_id, server.project_id)
            if 0 <= offer.limit <= offer.used:
                raise Forbidden("Maximum number of ports exceeded")
            if not offer.subnets:
                raise Invalid("Network requires a subnet in order to boot instances on.", field="uuid")
            port = self._ports.make(records, server.project_id, draft, made_for_device=True, offer=offer)
            if wish.tag:
                port = records.replace(port, structs.replace(port, device_tag=wish.tag))
            return port, (offer.network, offer.subnets)
        except NoMoreAddresses:
            raise Invalid(f"No fixed IP addresses available for network: {wish.network_id}") from None
        except Conflict:
            if not wish.fixed_ip:
                raise
            raise Invalid(f"Fixed IP address {wish.fixed_ip} is already in use.", field="fixed_ip") from None

    def _nic(self, port: Port, ground: Ground) -> Nic:
        network, subnets = ground[0], {subnet.id: subnet for subnet in ground[1]}
        return Nic(
            id=port.id, mac_address=port.mac_address, kind=self._plug, network=network.name, network_id=network.id,
            mtu=network.mtu, bridge=bridge_name(network.id) if self._plug == "bridge" else "",
            addresses=tuple(fixed.ip_address for fixed in port.fixed_ips),
            subnets=tuple(_surroundings(fixed, subnets[fixed.subnet_id]) for fixed in port.fixed_ips
                          if fixed.subnet_id in subnets),
            # Only administrators share networks. A project chooses addresses as it likes: the host's own among them.
            reachable=network.shared,
        )


def _ground(records: Records, port: Port) -> Ground:
    return records.get(Network, port.network_id), tuple(records.find(Subnet, network_id=port.network_id))


def _surroundings(fixed: FixedIp, subnet: Subnet) -> NicSubnet:
    return NicSubnet(
        address=fixed.ip_address, cidr=subnet.cidr, gateway=subnet.gateway_ip or "", dhcp=subnet.enable_dhcp,
        mode=cast(Ipv6Mode, subnet.ipv6_ra_mode or subnet.ipv6_address_mode or ""), nameservers=subnet.dns_nameservers,
        routes=subnet.host_routes,
    )


def bridge_name(network_id: str) -> str:
    """The host's bridge of a network: an interface's name has 15 characters."""
    return f"brq{network_id[:11]}"


def _usual(records: Records, project_id: str) -> tuple[NicWish, ...]:
    """The network of a server that names none: the project's only one, else the shared one, else none."""
    seen = records.page(Network, Query(project_id=project_id, where=(("external", (False,)),)))
    usable = [network for network in seen if network.admin_state_up]
    own = [network for network in usable if network.project_id == project_id and not network.shared]
    found = own or [network for network in usable if network.is_default] or usable
    if len(found) > 1:
        raise Conflict("Multiple possible networks found, use a Network ID to be more specific.")
    return tuple(NicWish(network_id=network.id) for network in found)


def _checked(records: Records, project_id: str, seer: str | None, wish: NicWish) -> NicWish:
    if wish.port_id:
        _port(records, project_id, wish.port_id)
        return wish
    seen = records.page(Network, Query(project_id=seer, where=(("id", (wish.network_id,)),)))
    if not seen:
        raise Invalid(f"Network {wish.network_id} could not be found.", field="uuid")
    if seen[0].external and not seen[0].shared and seer is not None and seen[0].project_id != seer:
        raise Forbidden(f"It is not allowed to create an interface on external network {seen[0].id}")
    subnets = records.find(Subnet, network_id=seen[0].id)
    if not subnets:
        raise Invalid("Network requires a subnet in order to boot instances on.", field="uuid")
    if wish.fixed_ip and not any(
        addresses.ip(wish.fixed_ip) in addresses.block(subnet.cidr) for subnet in subnets
    ):
        raise Invalid(f"Fixed IP address {wish.fixed_ip} is not of network {seen[0].id}.", field="fixed_ip")
    return wish


def _port(records: Records, project_id: str, port_id: str, hold: bool = False) -> Port:
    """A port of the project that nobody uses."""
    found = records.find(Port, id=port_id, project_id=project_id)
    if not found:
        raise Invalid(f"Port id {port_id} could not be found.", field="port")
    port = records.hold(Port, port_id) if hold else found[0]
    if port.device_id:
        raise Conflict(f"Port {port_id} is still in use.", id=port_id)
    if not port.fixed_ips:
        raise Invalid(f"Port {port_id} requires a FixedIP in order to be used.", field="port")
    return port


def _group(records: Records, project_id: str, named: str) -> str:
    groups = records.find(SecurityGroup, project_id=project_id)
    found = [group.id for group in groups if named == group.id] or [group.id for group in groups if named == group.name]
    if not found:
        raise Invalid(f"Security group {named} not found for project {project_id}.", field="security_groups")
    if len(found) > 1:
        raise Conflict(f"Multiple security groups found matching '{named}'. Use an ID to be more specific.")
    return found[0]
