"""Nic: one network interface of an instance."""

from __future__ import annotations

from typing import Literal

from nova_lite.objects.base import Value
from nova_lite.objects.network import HostRoute

Ipv6Mode = Literal["", "slaac", "dhcpv6-stateless", "dhcpv6-stateful"]


class NicSubnet(Value, frozen=True, kw_only=True):
    """One address of an interface with its surroundings: what a DHCP server on its host tells the guest.

    ``address`` is textual, without prefix length; ``cidr`` is the subnet's. ``gateway`` is empty where there is none.
    ``mode``: how a guest gets an address of version 6 (Neutron's ``ipv6_ra_mode``); empty: nobody tells it.
    """

    address: str
    cidr: str
    gateway: str = ""
    dhcp: bool = True
    mode: Ipv6Mode = ""
    nameservers: tuple[str, ...] = ()
    routes: tuple[HostRoute, ...] = ()

    @property
    def version(self) -> int:
        """Of the internet protocol: 4 or 6."""
        return 6 if ":" in self.address else 4


class Nic(Value, frozen=True, kw_only=True):
    """An interface as compute plugs it.

    ``kind`` ``user`` is QEMU's user-mode network (no privileges, outbound only); ``bridge`` joins the host's bridge of
    ``network_id``, which is named ``bridge``. ``addresses`` are the fixed addresses, textual, without prefix length;
    ``subnets`` has one entry for each of them whose subnet is known. ``reachable``: the host itself has a way to it.
    """

    id: str
    mac_address: str
    kind: Literal["user", "bridge"] = "user"
    network: str = "user"
    network_id: str = ""
    bridge: str = ""
    addresses: tuple[str, ...] = ()
    mtu: int = 1500
    subnets: tuple[NicSubnet, ...] = ()
    reachable: bool = False

    @property
    def ipv4(self) -> NicSubnet | None:
        """Its first IPv4 address of a known subnet."""
        return next((subnet for subnet in self.subnets if subnet.version == 4), None)
