"""How a network is laid out on a host: decided from the interfaces that are plugged in there. Pure."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Mapping, Sequence

from nova_lite.network.host.names import INSIDE
from nova_lite.objects.nic import Nic, NicSubnet

LEASE = "24h"
ANNOUNCED_EVERY = 60  # seconds
# What dnsmasq calls Neutron's ipv6_ra_mode.
_MODES = {"slaac": "ra-only", "dhcpv6-stateless": "ra-stateless", "dhcpv6-stateful": "static"}


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """``gateways``: addresses with prefix length that the namespace has; ``ways``: blocks (CIDR) that the host has a
    route to. ``server`` is the DHCP server's configuration beside its files, empty where it has nothing to serve;
    ``hosts`` are its entries, one for each interface.
    """

    mtu: int
    gateways: tuple[str, ...]
    ways: tuple[str, ...]
    server: tuple[str, ...]
    hosts: tuple[str, ...]


def lay_out(nics: Sequence[Nic]) -> Layout:
    """The layout for these interfaces of one network. Of version 6 the host has no addresses, and no way to them."""
    subnets = {subnet.cidr: subnet for nic in nics for subnet in nic.subnets if subnet.version == 4 or subnet.mode}
    taken = {address for nic in nics for address in nic.addresses}
    # A gateway that is a guest's address is that guest's business.
    ours = {cidr: subnet.gateway for cidr, subnet in subnets.items()
            if subnet.gateway and subnet.gateway not in taken and _inside(subnet.gateway, cidr)}
    served = [subnet for subnet in subnets.values() if subnet.dhcp]
    mtu = min(nic.mtu for nic in nics)
    lines = [line for number, subnet in enumerate(served)
             for line in _subnet(subnet, f"s{number}", mtu, subnet.cidr in ours)]
    six = [subnet for subnet in served if subnet.version == 6]
    return Layout(
        mtu=mtu,
        gateways=tuple(f"{gateway}/{_block(cidr).prefixlen}" for cidr, gateway in (ours | _routers(six, ours)).items()),
        ways=tuple(cidr for cidr in ours if _block(cidr).version == 4) if any(nic.reachable for nic in nics) else (),
        server=(*lines, *_announcements(six, ours)),
        hosts=tuple(sorted(",".join((nic.mac_address, *leased)) for nic in nics if (leased := _leased(nic)))),
    )


def _leased(nic: Nic) -> list[str]:
    """The addresses of an interface that DHCP gives it: one of version 4, all of version 6."""
    four = [subnet.address for subnet in nic.subnets if subnet.version == 4 and subnet.dhcp]
    return four[:1] + [f"[{subnet.address}]" for subnet in nic.subnets if subnet.mode == "dhcpv6-stateful"]


def _routers(six: Sequence[NicSubnet], ours: Mapping[str, str]) -> dict[str, str]:
    """Where the gateway is not ours: the address that belongs to all routers of a block (RFC 4291), and to no guest.

    A block is announced only by who has an address in it.
    """
    return {subnet.cidr: str(_block(subnet.cidr).network_address) for subnet in six if subnet.cidr not in ours}


def _announcements(six: Sequence[NicSubnet], ours: Mapping[str, str]) -> list[str]:
    if not six:
        return []
    passes_on = any(subnet.cidr in ours for subnet in six)
    return ["enable-ra"] if passes_on else ["enable-ra", f"ra-param={INSIDE},{ANNOUNCED_EVERY},0"]


def _subnet(subnet: NicSubnet, tag: str, mtu: int, own: bool) -> list[str]:
    return _subnet_of_4(subnet, tag, mtu, own) if subnet.version == 4 else _subnet_of_6(subnet, tag)


def _subnet_of_6(subnet: NicSubnet, tag: str) -> list[str]:
    block = _block(subnet.cidr)
    lines = [f"dhcp-range=set:{tag},{block.network_address},{_MODES[subnet.mode]},{block.prefixlen},{LEASE}"]
    nameservers = [f"[{server}]" for server in subnet.nameservers if ":" in server]
    if nameservers:
        lines.append(",".join((f"dhcp-option=tag:{tag}", "option6:dns-server", *nameservers)))
    return lines


def _subnet_of_4(subnet: NicSubnet, tag: str, mtu: int, own: bool) -> list[str]:
    block = _block(subnet.cidr)
    lines = [f"dhcp-range=set:{tag},{block.network_address},static,{block.netmask},{LEASE}"]
    if not own:
        # The server has no address in this block, and would not see that it is on its interface.
        lines.append(f"shared-network={INSIDE},{block.network_address}")
    options = {"router": [subnet.gateway] if subnet.gateway else [], "mtu": [str(mtu)]}
    nameservers = [server for server in subnet.nameservers if ":" not in server]
    if nameservers:
        options["dns-server"] = nameservers
    routes = [word for route in subnet.routes if ":" not in route.destination
              for word in (route.destination, route.nexthop)]
    if routes:
        # Who takes these routes does not look at the router any more (RFC 3442).
        options["classless-static-route"] = [*routes, *(("0.0.0.0/0", subnet.gateway) if subnet.gateway else ())]
    return lines + [",".join((f"dhcp-option=tag:{tag}", f"option:{name}", *words)) for name, words in options.items()]


def _block(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(cidr)


def _inside(address: str, cidr: str) -> bool:
    return ipaddress.ip_address(address) in _block(cidr)
