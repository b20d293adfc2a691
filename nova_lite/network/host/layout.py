"""How a network is laid out on a host: decided from the interfaces that are plugged in there. Pure."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Sequence

from nova_lite.objects.nic import Nic, NicSubnet

LEASE = "24h"


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
    """The layout for these interfaces of one network. Addresses of version 6 are not served."""
    subnets = {subnet.cidr: subnet for nic in nics for subnet in nic.subnets if subnet.version == 4}
    taken = {address for nic in nics for address in nic.addresses}
    # A gateway that is a guest's address is that guest's business.
    ours = {cidr: subnet.gateway for cidr, subnet in subnets.items()
            if subnet.gateway and subnet.gateway not in taken and _inside(subnet.gateway, cidr)}
    served = [subnet for subnet in subnets.values() if subnet.dhcp]
    mtu = min(nic.mtu for nic in nics)
    return Layout(
        mtu=mtu,
        gateways=tuple(f"{gateway}/{_block(cidr).prefixlen}" for cidr, gateway in ours.items()),
        ways=tuple(ours) if any(nic.reachable for nic in nics) else (),
        server=tuple(line for number, subnet in enumerate(served)
                     for line in _subnet(subnet, f"s{number}", mtu, subnet.cidr in ours)),
        hosts=tuple(sorted(f"{nic.mac_address},{subnet.address}" for nic in nics if (subnet := _leased(nic)))),
    )


def _leased(nic: Nic) -> NicSubnet | None:
    """The one address of an interface that DHCP gives it."""
    return next((subnet for subnet in nic.subnets if subnet.version == 4 and subnet.dhcp), None)


def _subnet(subnet: NicSubnet, tag: str, mtu: int, own: bool) -> list[str]:
    block = _block(subnet.cidr)
    lines = [f"dhcp-range=set:{tag},{block.network_address},static,{block.netmask},{LEASE}"]
    if not own:
        # The server has no address in this block, and would not see that it is on its interface.
        lines.append(f"shared-network=eth0,{block.network_address}")
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


def _block(cidr: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(cidr)


def _inside(address: str, cidr: str) -> bool:
    return ipaddress.ip_address(address) in _block(cidr)
