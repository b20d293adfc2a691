"""What a compute without rights asks of the helper that makes networks: one errand a connection, JSON both ways."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Protocol

from nova_lite.core.errors import Invalid
from nova_lite.core.ids import is_uuid
from nova_lite.network.host.names import names_of
from nova_lite.objects.base import Value
from nova_lite.objects.nic import Nic, NicSubnet

LIMIT = 4 << 20  # bytes of an errand: some hundred guests
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.IGNORECASE)


class Wired(Protocol):
    """What networks need to know of an instance."""

    @property
    def uuid(self) -> str: ...
    @property
    def nics(self) -> tuple[Nic, ...]: ...


class Guest(Value, frozen=True, kw_only=True):
    """Implements :class:`Wired`, and knows nothing else."""

    uuid: str
    nics: tuple[Nic, ...]


class Plug(Value, frozen=True, kw_only=True, tag=True):
    guest: Guest


class Unplug(Value, frozen=True, kw_only=True, tag=True):
    uuid: str
    port_id: str | None = None


class Restore(Value, frozen=True, kw_only=True, tag=True):
    guests: tuple[Guest, ...]


class Tend(Value, frozen=True, kw_only=True, tag=True):
    pass


Errand = Plug | Unplug | Restore | Tend


class Outcome(Value, frozen=True, kw_only=True):
    """``error`` is empty when it was done."""

    error: str = ""


def bridged(guest: Wired) -> Guest:
    """A guest with the interfaces that are on bridges."""
    return Guest(uuid=guest.uuid, nics=tuple(nic for nic in guest.nics if nic.kind == "bridge"))


def check(nic: Nic) -> None:
    """An interface is made of names and addresses and of nothing else: they go to programs that run as root.

    :raises Invalid: it is not; the message names the field.
    """
    if not is_uuid(nic.id) or not is_uuid(nic.network_id):
        raise _wrong("id", nic.id)
    if not MAC.fullmatch(nic.mac_address):
        raise _wrong("mac_address", nic.mac_address)
    if nic.bridge != names_of(nic.network_id).bridge:
        raise _wrong("bridge", nic.bridge)
    if not 68 <= nic.mtu <= 65535:
        raise _wrong("mtu", str(nic.mtu))
    for subnet in nic.subnets:
        _check_subnet(subnet)


def _check_subnet(subnet: NicSubnet) -> None:
    _check_parses(ipaddress.ip_network, "cidr", subnet.cidr)
    for route in subnet.routes:
        _check_parses(ipaddress.ip_network, "destination", route.destination)
    named = [("gateway", subnet.gateway)] if subnet.gateway else []
    hops = [("nexthop", route.nexthop) for route in subnet.routes]
    servers = [("nameserver", server) for server in subnet.nameservers]
    for field, text in (("address", subnet.address), *named, *hops, *servers):
        _check_parses(ipaddress.ip_address, field, text)


def _check_parses(parse: Callable[[str], object], field: str, text: str) -> None:
    """``text`` is an address or a block. Behind a percent sign Python lets an address have anything."""
    try:
        parse(text)
    except ValueError:
        raise _wrong(field, text) from None
    if "%" in text:
        raise _wrong(field, text)


def _wrong(field: str, text: str) -> Invalid:
    return Invalid(f"the {field} of an interface cannot be {text!r}", field=field)
