"""Giving addresses to ports: one subnet at a time is held, so nobody else gives away from it meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.network import addresses
from nova_lite.network.drafts import Wish
from nova_lite.network.errors import NoMoreAddresses
from nova_lite.network.store import Records
from nova_lite.objects.network import INTERFACE_OWNER, FixedIp, Port, Subnet

WINDOW = 32  # addresses after the last one that are looked at before the whole subnet is


class Plug:
    """The place that addresses are for; ``held`` are those that it has already and may keep. ``subnets`` are its
    network's, all held by the transaction; None: they are to be found, and held when one gives an address.
    """

    def __init__(
        self, network_id: str, mac_address: str, device_owner: str = "", held: Port | None = None,
        subnets: Sequence[Subnet] | None = None,
    ) -> None:
        self.network_id, self.mac_address, self.device_owner = network_id, mac_address, device_owner
        self.subnets = subnets
        self.held = {address.ip_address: address for address in held.fixed_ips} if held else {}


def usual(records: Records, plug: Plug) -> tuple[FixedIp, ...]:
    """What a port gets that asks for nothing: an address of each family, and all those that it gives itself.

    :raises NoMoreAddresses: the network has subnets, and none has an address left.
    """
    subnets = _around(records, plug)
    found: list[FixedIp] = []
    for version in (4, 6):
        candidates = [
            subnet for subnet in subnets if subnet.ip_version == version and not addresses.is_automatic(subnet)
        ]
        free = next(filter(None, (_any_of(records, plug, subnet) for subnet in candidates)), None)
        if free is None and candidates:
            raise NoMoreAddresses(
                f"No more IP addresses available on network {plug.network_id}.", type="IpAddressGenerationFailure",
            )
        found += [free] if free else []
    found += [_automatic(subnet, plug) for subnet in subnets if addresses.is_automatic(subnet)]
    return tuple(found)


def wished(records: Records, plug: Plug, wishes: Sequence[Wish]) -> tuple[FixedIp, ...]:
    """What a port gets that asks for these addresses.

    :raises Invalid: a subnet or an address is not of the network, or one is asked for twice.
    :raises Conflict: somebody has an address. :raises NoMoreAddresses: a subnet has none left.
    """
    subnets = {subnet.id: subnet for subnet in _around(records, plug)}
    exact = [_exact(subnets, plug, wish) for wish in wishes if wish.ip_address]
    if len({address.ip_address for address in exact}) != len(exact):
        raise Invalid("Duplicate IP address in fixed_ips.", field="fixed_ips")
    for address in exact:
        _check_free(records, plug, address)
    found = list(exact)
    for wish in wishes:
        if not wish.ip_address:
            found.append(_another(records, _subnet(subnets, plug, wish.subnet_id), plug, found))
    return tuple(found)


def _around(records: Records, plug: Plug) -> Sequence[Subnet]:
    return records.find(Subnet, network_id=plug.network_id) if plug.subnets is None else plug.subnets


def _subnet(subnets: dict[str, Subnet], plug: Plug, id: str) -> Subnet:
    if id not in subnets:
        raise Invalid(
            f"Failed to create port on network {plug.network_id}, because fixed_ips included invalid subnet {id}.",
            field="fixed_ips",
        )
    return subnets[id]


def _exact(subnets: dict[str, Subnet], plug: Plug, wish: Wish) -> FixedIp:
    address = addresses.ip(wish.ip_address, "fixed_ips")
    around = [_subnet(subnets, plug, wish.subnet_id)] if wish.subnet_id else list(subnets.values())
    for subnet in around:
        cidr = addresses.block(subnet.cidr)
        low, high = addresses.bounds(cidr)
        if address.version == cidr.version and low <= int(address) <= high:
            return FixedIp(subnet_id=subnet.id, ip_address=str(address))
    raise Invalid(f"IP address {address} is not a valid IP for any of the subnets on the specified network.",
                  field="fixed_ips", type="InvalidIpForNetwork")


def _check_free(records: Records, plug: Plug, address: FixedIp) -> None:
    if address.ip_address in plug.held:
        return
    if plug.subnets is None:
        records.hold(Subnet, address.subnet_id)
    if records.taken(address.subnet_id, [address.ip_address]):
        raise Conflict(f"IP address {address.ip_address} already allocated in subnet {address.subnet_id}",
                       ip_address=address.ip_address, type="IpAddressAlreadyAllocated")


def _another(records: Records, subnet: Subnet, plug: Plug, found: Sequence[FixedIp]) -> FixedIp:
    used = {address.ip_address for address in found}
    for held in plug.held.values():
        if held.subnet_id == subnet.id and held.ip_address not in used:
            return held
    if addresses.is_automatic(subnet) and plug.device_owner != INTERFACE_OWNER:
        return _automatic(subnet, plug)
    free = _any_of(records, plug, subnet, used)
    if free is None:
        raise NoMoreAddresses(
            f"No more IP addresses available on network {subnet.network_id}.", type="IpAddressGenerationFailure",
        )
    return free


def _automatic(subnet: Subnet, plug: Plug) -> FixedIp:
    return FixedIp(subnet_id=subnet.id, ip_address=addresses.automatic(subnet, plug.mac_address))


def _any_of(records: Records, plug: Plug, subnet: Subnet, besides: set[str] | None = None) -> FixedIp | None:
    try:
        held = records.hold(Subnet, subnet.id) if plug.subnets is None else subnet
    except NotFound:  # deleted by somebody who was faster
        return None
    besides = besides or set()
    # Addresses are given away in turn, so the next one is nearly always free: one statement finds out and notes it.
    for following in addresses.following(held, 1):
        if following not in besides and records.advance(held.id, following):
            return FixedIp(subnet_id=held.id, ip_address=following)
    free = _looked_for(records, held, besides)
    if free is None:
        return None
    records.advance(held.id, free)
    return FixedIp(subnet_id=held.id, ip_address=free)


def _looked_for(records: Records, subnet: Subnet, besides: set[str]) -> str | None:
    near = addresses.following(subnet, WINDOW)
    taken = records.taken(subnet.id, near) | besides
    free = next((address for address in near if address not in taken), None)
    return free or addresses.lowest_free(subnet, records.taken(subnet.id) | besides)
