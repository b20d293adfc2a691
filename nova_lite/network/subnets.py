"""Subnets: blocks of addresses that do not overlap on one network."""

from __future__ import annotations

from msgspec import UNSET, UnsetType, structs

from nova_lite.core.errors import Conflict, Invalid
from nova_lite.network import addresses
from nova_lite.network.addresses import Block
from nova_lite.network.drafts import NewSubnet, SubnetChange, given
from nova_lite.network.registry import Registry, add
from nova_lite.network.store import Records
from nova_lite.objects.network import ROUTER_OWNERS, Network, Port, Subnet, SubnetPool


class Subnets(Registry[Subnet, NewSubnet, SubnetChange]):
    """Subnets. One stays while a port has an address of it."""

    kind = Subnet
    resource = "subnet"

    def _make(self, records: Records, project_id: str, draft: NewSubnet) -> Subnet:
        network = records.hold(Network, draft.network_id)
        cidr = _cut(records, draft) if draft.subnetpool_id or draft.cidr is None else addresses.block(draft.cidr)
        _check_modes(draft, cidr)
        for other in records.find(Subnet, network_id=network.id):
            if addresses.overlap(cidr, addresses.block(other.cidr)):
                raise Invalid(
                    f"Invalid input for operation: Requested subnet with cidr: {cidr} for network: {network.id} "
                    f"overlaps with another subnet.", field="cidr",
                )
        gateway = _gateway(draft.gateway_ip, cidr)
        pools = addresses.usual_pools(cidr, gateway)
        if draft.allocation_pools is not None:
            pools = addresses.check_pools(draft.allocation_pools, cidr, gateway)
        return add(records, self._made(self._base(project_id, draft) | {
            "network_id": network.id, "ip_version": cidr.version, "cidr": str(cidr), "gateway_ip": gateway,
            "enable_dhcp": draft.enable_dhcp, "dns_nameservers": _servers(draft.dns_nameservers or ()),
            "host_routes": addresses.check_routes(draft.host_routes or ()), "allocation_pools": pools,
            "service_types": draft.service_types, "ipv6_ra_mode": draft.ipv6_ra_mode,
            "ipv6_address_mode": draft.ipv6_address_mode, "subnetpool_id": draft.subnetpool_id,
        }))

    def _merge(self, records: Records, before: Subnet, change: SubnetChange) -> Subnet:
        after = structs.replace(before, **given(change))
        cidr = addresses.block(before.cidr)
        if after.gateway_ip is not None:
            after = structs.replace(after, gateway_ip=addresses.check_gateway(after.gateway_ip, cidr))
        if after.gateway_ip != before.gateway_ip:
            _check_gateway_idle(records, before)
        if isinstance(change.dns_nameservers, tuple):
            after = structs.replace(after, dns_nameservers=_servers(change.dns_nameservers))
        if isinstance(change.host_routes, tuple):
            after = structs.replace(after, host_routes=addresses.check_routes(change.host_routes))
        return structs.replace(
            after, allocation_pools=addresses.check_pools(after.allocation_pools, cidr, after.gateway_ip)
        )

    def _clear_away(self, records: Records, record: Subnet) -> None:
        ports = records.address_users(record.id)
        if ports and (not addresses.is_automatic(record) or any(port.device_owner in ROUTER_OWNERS for port in ports)):
            raise Conflict(
                f"Unable to complete operation on subnet {record.id}: One or more ports have an IP allocation from "
                "this subnet.", id=record.id, type="SubnetInUse",
            )
        for port in ports:  # machines on it gave themselves their addresses, and lose them by themselves
            left = tuple(address for address in port.fixed_ips if address.subnet_id != record.id)
            records.replace(port, structs.replace(port, fixed_ips=left, updated_at=self._clock.now()))


def _cut(records: Records, draft: NewSubnet) -> Block:
    """A block of a pool that no other subnet of the pool has: the one that is asked for, or the first."""
    if not draft.subnetpool_id:
        raise Invalid("Bad subnets request: a subnet needs a cidr or a subnetpool_id.", field="cidr")
    pool = records.hold(SubnetPool, draft.subnetpool_id)
    wanted = None if draft.cidr is None else addresses.block(draft.cidr)
    length = draft.prefixlen if draft.prefixlen is not None else pool.default_prefixlen
    length = length if wanted is None else wanted.prefixlen
    if not pool.min_prefixlen <= length <= pool.max_prefixlen:
        raise Invalid(f"Prefix length {length} is not allowed by subnet pool {pool.id}.", field="prefixlen")
    used = [addresses.block(subnet.cidr) for subnet in records.find(Subnet, subnetpool_id=pool.id)]
    for prefix in pool.prefixes:
        found = addresses.first_gap(_within(addresses.block(prefix), wanted), length, used)
        if found is not None and wanted in (None, found):
            return found
    raise Conflict(
        f"Failed to allocate subnet: Insufficient prefix space to allocate subnet size /{length}.",
        type="SubnetAllocationError",
    )


def _within(prefix: Block, wanted: Block | None) -> Block:
    """Where in a prefix to look."""
    inside = wanted is not None and addresses.overlap(prefix, wanted) and prefix.prefixlen <= wanted.prefixlen
    return wanted if wanted is not None and inside else prefix


def _check_modes(draft: NewSubnet, cidr: Block) -> None:
    if draft.ip_version is not UNSET and draft.ip_version != cidr.version:
        raise Invalid(
            f"Invalid input for operation: ip_version {draft.ip_version} does not match the cidr {cidr}.",
            field="ip_version",
        )
    modes = [mode for mode in (draft.ipv6_ra_mode, draft.ipv6_address_mode) if mode is not None]
    if modes and (cidr.version != 6 or not draft.enable_dhcp):
        raise Invalid("ipv6_ra_mode and ipv6_address_mode need IPv6 and enable_dhcp.", field="ipv6_ra_mode")
    if len(set(modes)) > 1:
        raise Invalid("ipv6_ra_mode and ipv6_address_mode must be the same when both are set.", field="ipv6_ra_mode")
    if {"slaac", "dhcpv6-stateless"} & set(modes) and cidr.prefixlen != 64:
        raise Invalid(
            f"Invalid CIDR {cidr} for IPv6 address mode: what machines make their addresses of is a /64.", field="cidr"
        )
    if cidr.version == 4 and cidr.prefixlen == 32 and draft.enable_dhcp and cidr.num_addresses < 2:
        raise Invalid(f"Invalid CIDR {cidr} for DHCP: it has no room.", field="cidr")


def _gateway(wanted: str | UnsetType | None, cidr: Block) -> str | None:
    if isinstance(wanted, UnsetType):
        return str(addresses.first(cidr))
    return None if wanted is None else addresses.check_gateway(wanted, cidr)


def _check_gateway_idle(records: Records, subnet: Subnet) -> None:
    for port in records.find(Port, network_id=subnet.network_id, device_owner=ROUTER_OWNERS):
        if any(fixed.ip_address == subnet.gateway_ip for fixed in port.fixed_ips):
            raise Conflict(
                f"Current gateway ip {subnet.gateway_ip} already in use by port {port.id}. Unable to update.",
                type="GatewayIpInUse",
            )


def _servers(texts: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(str(addresses.ip(text, "dns_nameservers")) for text in texts)
    if len(set(found)) != len(found):
        raise Invalid("Invalid input for dns_nameservers. Reason: Duplicate nameserver.", field="dns_nameservers")
    return found


def blocks_overlap(one: str, other: str) -> bool:
    """Whether two blocks, given as text, share an address."""
    return addresses.overlap(addresses.block(one), addresses.block(other))
