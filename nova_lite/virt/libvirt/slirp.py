"""QEMU's user-mode network with the addresses that the guest's record has. Pure."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterator

from nova_lite.objects.nic import Nic

LONGEST_PREFIX = 29  # QEMU needs addresses of its own beside the guest's


@dataclasses.dataclass(frozen=True, slots=True)
class SlirpPlan:
    """The network as the guest sees it: its own address comes by DHCP; gateway and name server are QEMU itself."""

    cidr: str
    guest: str
    gateway: str
    nameserver: str


def plan_slirp(nic: Nic) -> SlirpPlan | None:
    """None where the record has no IPv4 address of a known network, or the network is too small: QEMU's own then."""
    subnet = nic.ipv4
    if subnet is None:
        return None
    guest, block = subnet.address, ipaddress.IPv4Network(subnet.cidr)
    if block.prefixlen > LONGEST_PREFIX or ipaddress.IPv4Address(guest) not in block:
        return None
    given = ipaddress.IPv4Address(subnet.gateway) if subnet.gateway else None
    spare = _spare(block, ipaddress.IPv4Address(guest), given)
    gateway = given if given is not None and given in block and str(given) != guest else next(spare)
    return SlirpPlan(cidr=str(block), guest=guest, gateway=str(gateway), nameserver=str(next(spare)))


def _spare(
    block: ipaddress.IPv4Network, *taken: ipaddress.IPv4Address | None
) -> Iterator[ipaddress.IPv4Address]:
    """Addresses for QEMU, from the end of the block, where other guests' are found last."""
    last = int(block.broadcast_address) - 1
    candidates = (ipaddress.IPv4Address(number) for number in range(last, int(block.network_address), -1))
    return (address for address in candidates if address not in taken)
