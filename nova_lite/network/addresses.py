"""Arithmetic of addresses. Pure."""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
from collections.abc import Iterable, Iterator, Sequence

from nova_lite.core.errors import Conflict, Invalid
from nova_lite.objects.network import HostRoute, Pool, Subnet

Block = ipaddress.IPv4Network | ipaddress.IPv6Network
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

_AUTOMATIC = ("slaac", "dhcpv6-stateless")


def block(text: str, field: str = "cidr") -> Block:
    """A block of addresses; bits of a host in it are dropped.

    :raises Invalid: it is none.
    """
    if "/" not in text or "%" in text:
        raise Invalid(f"Invalid input for {field}. Reason: '{text}' is not a valid IP subnet.", field=field)
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise Invalid(f"Invalid input for {field}. Reason: '{text}' is not a valid IP subnet.", field=field) from None


def ip(text: str, field: str = "ip_address") -> Ip:
    """An address. One with a zone (``fe80::1%eth0``) is none here: a zone is a word of one machine's, and any text.

    :raises Invalid: it is none.
    """
    with contextlib.suppress(ValueError):
        if "%" not in text:
            return ipaddress.ip_address(text)
    raise Invalid(f"Invalid input for {field}. Reason: '{text}' is not a valid IP address.", field=field)


def check_source(text: str, field: str) -> str:
    """An address, or a block of them, as it was written. Raises Invalid: it is neither."""
    if "/" in text:
        block(text, field)
    else:
        ip(text, field)
    return text


def is_automatic(subnet: Subnet) -> bool:
    """Whether machines on the subnet give themselves their address."""
    return subnet.ipv6_address_mode in _AUTOMATIC or subnet.ipv6_ra_mode in _AUTOMATIC


def automatic(subnet: Subnet, mac_address: str) -> str:
    """The address that a machine with this MAC address gives itself (RFC 4291, modified EUI-64)."""
    octets = [int(part, 16) for part in mac_address.split(":")]
    octets[0] ^= 2
    interface = int.from_bytes(bytes([*octets[:3], 0xFF, 0xFE, *octets[3:]]), "big")
    return str(ipaddress.IPv6Address(int(block(subnet.cidr).network_address) | interface))


def first(of: Block) -> Ip:
    """The first address that a machine may have."""
    return of.network_address + (1 if of.num_addresses > 2 else 0)


def bounds(of: Block) -> tuple[int, int]:
    """The first and the last address for machines. IPv6 has no broadcast address."""
    low, high = int(of.network_address), int(of.broadcast_address)
    if of.num_addresses <= 2:
        return low, high
    return low + 1, high - (1 if of.version == 4 else 0)


def usual_pools(of: Block, gateway: str | None) -> tuple[Pool, ...]:
    """All addresses but the gateway's."""
    low, high = bounds(of)
    kind = type(of.network_address)
    edges = [(low, high)]
    if gateway is not None and low <= int(ip(gateway)) <= high:
        at = int(ip(gateway))
        edges = [(low, at - 1), (at + 1, high)]
    return tuple(Pool(start=str(kind(start)), end=str(kind(end))) for start, end in edges if start <= end)


def check_pools(pools: Sequence[Pool], of: Block, gateway: str | None) -> tuple[Pool, ...]:
    """The pools, in canonical form.

    :raises Invalid: one is outside the subnet, or ends before it begins.
    :raises Conflict: two overlap, or one holds the gateway.
    """
    spans = [(ip(pool.start, "allocation_pools"), ip(pool.end, "allocation_pools")) for pool in pools]
    low, high = bounds(of)
    for start, end in spans:
        if start.version != of.version or end.version != of.version or int(start) > int(end):
            raise Invalid(
                f"The allocation pool {start}-{end} is not valid.", field="allocation_pools",
                type="InvalidAllocationPool",
            )
        if int(start) < low or int(end) > high:
            raise Invalid(f"The allocation pool {start}-{end} spans beyond the subnet cidr {of}.",
                          field="allocation_pools", type="OutOfBoundsAllocationPool")
        if gateway is not None and int(start) <= int(ip(gateway)) <= int(end):
            raise Conflict(
                f"Gateway ip {gateway} conflicts with allocation pool {start}-{end}.",
                type="GatewayConflictWithAllocationPools",
            )
    for (_, end), (start, _) in itertools.pairwise(sorted(spans, key=lambda span: int(span[0]))):
        if int(start) <= int(end):
            raise Conflict(
                f"Found overlapping allocation pools of {of}: {start} and {end}.", type="OverlappingAllocationPools",
            )
    return tuple(Pool(start=str(start), end=str(end)) for start, end in spans)


def check_gateway(gateway: str, of: Block) -> str:
    """The gateway's address, in canonical form.

    :raises Invalid: it is of the other family, or an address that no machine may have.
    """
    address = ip(gateway, "gateway_ip")
    low, high = bounds(of)
    if address.version != of.version:
        raise Invalid(f"Gateway {gateway} is not of IPv{of.version}.", field="gateway_ip")
    if address in of and not low <= int(address) <= high and of.version == 4:
        raise Invalid(f"Gateway IP {gateway} is not valid on subnet {of}.", field="gateway_ip")
    return str(address)


def check_routes(routes: Sequence[HostRoute]) -> tuple[HostRoute, ...]:
    """Routes, in canonical form.

    :raises Invalid: a destination is no block, a next hop no address of its family, or one is there twice.
    """
    found = []
    for route in routes:
        destination, nexthop = block(route.destination, "destination"), ip(route.nexthop, "nexthop")
        if destination.version != nexthop.version:
            raise Invalid(f"Route {destination} via {nexthop} mixes two families of addresses.", field="nexthop")
        found.append(HostRoute(destination=str(destination), nexthop=str(nexthop)))
    if len(set(found)) != len(found):
        raise Invalid("Duplicate routes.", field="routes")
    return tuple(found)


def overlap(one: Block, other: Block) -> bool:
    """Whether two blocks share an address."""
    return one.version == other.version and (
        int(one.network_address) <= int(other.broadcast_address)
        and int(other.network_address) <= int(one.broadcast_address)
    )


def first_gap(whole: Block, prefixlen: int, used: Iterable[Block]) -> Block | None:
    """The first block of this prefix length inside ``whole`` that shares no address with ``used``.

    Steps from one used block to the next, however many blocks of that length there are.
    """
    if not whole.prefixlen <= prefixlen <= whole.max_prefixlen:
        return None
    size = 1 << (whole.max_prefixlen - prefixlen)
    start, last = int(whole.network_address), int(whole.broadcast_address)
    alike = (block for block in used if block.version == whole.version)
    for other in sorted(alike, key=lambda block: int(block.network_address)):
        if int(other.network_address) >= start + size:
            break
        if int(other.broadcast_address) >= start:
            start = (int(other.broadcast_address) // size + 1) * size
    return None if start > last else block(f"{type(whole.network_address)(start)}/{prefixlen}")


def following(subnet: Subnet, number: int) -> list[str]:
    """The next addresses of a subnet's pools after the one given away last; the first follow on the last."""
    return list(itertools.islice(_round(subnet), number))


def lowest_free(subnet: Subnet, taken: set[str]) -> str | None:
    """The first address of a subnet's pools that is not taken."""
    return next((address for address in _round(subnet) if address not in taken), None)


def _round(subnet: Subnet) -> Iterator[str]:
    kind = type(block(subnet.cidr).network_address)
    spans = sorted((int(ip(pool.start)), int(ip(pool.end))) for pool in subnet.allocation_pools)
    cursor = int(ip(subnet.cursor)) if subnet.cursor else -1
    later = [(max(start, cursor + 1), end) for start, end in spans if end > cursor]
    earlier = [(start, min(end, cursor)) for start, end in spans if start <= cursor]
    for start, end in (*later, *earlier):
        number = start
        while number <= end:  # a range of 2**64 addresses has no len()
            yield str(kind(number))
            number += 1
