"""What requests may ask for: one type for each noun's creation and one for its change.

They are the schemas of the routes: names are Neutron's, UNSET means that the request does not say.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from nova_lite.network.addresses import check_source
from nova_lite.objects.base import Value
from nova_lite.objects.network import AddressPair, HostRoute, Pool

Name = Annotated[str, Meta(max_length=255)]
Id = Annotated[str, Meta(max_length=64)]
Address = Annotated[str, Meta(max_length=64)]
Mac = Annotated[str, Meta(pattern=r"^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}\Z")]
Number = Annotated[int, Meta(ge=0, le=2147483647)]
RaMode = Literal["slaac", "dhcpv6-stateful", "dhcpv6-stateless"] | None
Direction = Literal["ingress", "egress"]


class Owned(Value, frozen=True, kw_only=True):
    """A creation: of a record of ``project_id`` (``tenant_id`` is its old name), the caller's own by default."""

    name: Name = ""
    description: Name = ""
    project_id: Id | UnsetType = UNSET
    tenant_id: Id | UnsetType = UNSET


class Change(Value, frozen=True, kw_only=True):
    """A change of a record."""

    name: Name | UnsetType = UNSET
    description: Name | UnsetType = UNSET


class NewNetwork(Owned, frozen=True, kw_only=True):
    admin_state_up: bool = True
    shared: bool = False
    external: bool = field(name="router:external", default=False)
    is_default: bool = False
    port_security_enabled: bool = True
    mtu: Literal[0] | Annotated[int, Meta(ge=68, le=65535)] = 1500
    dns_domain: Name = ""
    availability_zone_hints: tuple[Name, ...] = ()
    network_type: Name | None = field(name="provider:network_type", default=None)
    physical_network: Name | None = field(name="provider:physical_network", default=None)
    segment: Number | None = field(name="provider:segmentation_id", default=None)


class NetworkChange(Change, frozen=True, kw_only=True):
    admin_state_up: bool | UnsetType = UNSET
    shared: bool | UnsetType = UNSET
    external: bool | UnsetType = field(name="router:external", default=UNSET)
    is_default: bool | UnsetType = UNSET
    port_security_enabled: bool | UnsetType = UNSET
    mtu: Annotated[int, Meta(ge=68, le=65535)] | UnsetType = UNSET
    dns_domain: Name | UnsetType = UNSET


class NewSubnet(Owned, frozen=True, kw_only=True):
    network_id: Id
    ip_version: Literal[4, 6] | UnsetType = UNSET
    cidr: Address | None = None
    gateway_ip: Address | UnsetType | None = UNSET
    enable_dhcp: bool = True
    dns_nameservers: tuple[Address, ...] | None = ()
    host_routes: tuple[HostRoute, ...] | None = ()
    allocation_pools: tuple[Pool, ...] | None = None
    service_types: tuple[Name, ...] = ()
    ipv6_ra_mode: RaMode = None
    ipv6_address_mode: RaMode = None
    subnetpool_id: Id | None = None
    prefixlen: Annotated[int, Meta(ge=0, le=128)] | None = None


class SubnetChange(Change, frozen=True, kw_only=True):
    gateway_ip: Address | UnsetType | None = UNSET
    enable_dhcp: bool | UnsetType = UNSET
    dns_nameservers: tuple[Address, ...] | UnsetType = UNSET
    host_routes: tuple[HostRoute, ...] | UnsetType = UNSET
    allocation_pools: tuple[Pool, ...] | UnsetType = UNSET
    service_types: tuple[Name, ...] | UnsetType = UNSET


class Wish(Value, frozen=True, kw_only=True):
    """An address that is asked for: this one, or any of this subnet."""

    subnet_id: Id = ""
    ip_address: Address = ""


class PairDraft(Value, frozen=True, kw_only=True):
    """``mac_address`` None: the port's own."""

    ip_address: Address
    mac_address: Mac | None = None


class OptionDraft(Value, frozen=True, kw_only=True):
    opt_name: Name
    opt_value: Name | None = None
    ip_version: Literal[4, 6] = 4


class NewPort(Owned, frozen=True, kw_only=True):
    network_id: Id
    admin_state_up: bool = True
    mac_address: Mac | UnsetType = UNSET
    fixed_ips: tuple[Wish, ...] | UnsetType = UNSET
    device_id: Name = ""
    device_owner: Name = ""
    security_groups: tuple[Id, ...] | UnsetType | None = UNSET
    allowed_address_pairs: tuple[PairDraft, ...] | None = ()
    extra_dhcp_opts: tuple[OptionDraft, ...] | None = ()
    port_security_enabled: bool = True
    dns_name: Name = ""
    binding_host: Name = field(name="binding:host_id", default="")
    binding_vnic_type: Id = field(name="binding:vnic_type", default="normal")
    binding_profile: dict[str, object] | None = field(name="binding:profile", default=None)


class PortChange(Change, frozen=True, kw_only=True):
    admin_state_up: bool | UnsetType = UNSET
    mac_address: Mac | UnsetType = UNSET
    fixed_ips: tuple[Wish, ...] | UnsetType = UNSET
    device_id: Name | UnsetType | None = UNSET
    device_owner: Name | UnsetType | None = UNSET
    security_groups: tuple[Id, ...] | UnsetType | None = UNSET
    allowed_address_pairs: tuple[PairDraft, ...] | UnsetType | None = UNSET
    extra_dhcp_opts: tuple[OptionDraft, ...] | UnsetType | None = UNSET
    port_security_enabled: bool | UnsetType = UNSET
    dns_name: Name | UnsetType = UNSET
    binding_host: Name | UnsetType | None = field(name="binding:host_id", default=UNSET)
    binding_vnic_type: Id | UnsetType = field(name="binding:vnic_type", default=UNSET)
    binding_profile: dict[str, object] | UnsetType | None = field(name="binding:profile", default=UNSET)


class GatewayDraft(Value, frozen=True, kw_only=True):
    """A router's way out. An empty one is none."""

    network_id: Id = ""
    enable_snat: bool = True
    external_fixed_ips: tuple[Wish, ...] | UnsetType = UNSET


class NewRouter(Owned, frozen=True, kw_only=True):
    admin_state_up: bool = True
    external_gateway_info: GatewayDraft | None = None
    distributed: bool = False
    ha: bool = False
    availability_zone_hints: tuple[Name, ...] = ()


class RouterChange(Change, frozen=True, kw_only=True):
    admin_state_up: bool | UnsetType = UNSET
    external_gateway_info: GatewayDraft | UnsetType | None = UNSET
    routes: tuple[HostRoute, ...] | UnsetType | None = UNSET
    distributed: bool | UnsetType = UNSET
    ha: bool | UnsetType = UNSET


class RouteChange(Value, frozen=True, kw_only=True):
    """Routes that a router is given, or that are taken from it."""

    routes: tuple[HostRoute, ...]


class NewSecurityGroup(Owned, frozen=True, kw_only=True):
    stateful: bool = True


class SecurityGroupChange(Change, frozen=True, kw_only=True):
    stateful: bool | UnsetType = UNSET


class NewSecurityGroupRule(Owned, frozen=True, kw_only=True):
    security_group_id: Id
    direction: Direction
    ethertype: Name | None = "IPv4"
    protocol: Name | int | None = None
    port_range_min: int | None = None
    port_range_max: int | None = None
    remote_ip_prefix: Address | None = None
    remote_group_id: Id | None = None
    remote_address_group_id: None = None


class NewFloatingIp(Owned, frozen=True, kw_only=True):
    floating_network_id: Id
    port_id: Id | None = None
    fixed_ip_address: Address | None = None
    floating_ip_address: Address | None = None
    subnet_id: Id | None = None
    dns_name: Name = ""
    dns_domain: Name = ""


class FloatingIpChange(Change, frozen=True, kw_only=True):
    port_id: Id | UnsetType | None = UNSET
    fixed_ip_address: Address | UnsetType | None = UNSET


class NewSubnetPool(Owned, frozen=True, kw_only=True):
    prefixes: tuple[Address, ...]
    default_prefixlen: Annotated[int, Meta(ge=0, le=128)] | None = None
    min_prefixlen: Annotated[int, Meta(ge=0, le=128)] | None = None
    max_prefixlen: Annotated[int, Meta(ge=0, le=128)] | None = None
    default_quota: Number | None = None
    shared: bool = False
    is_default: bool = False
    address_scope_id: None = None


class SubnetPoolChange(Change, frozen=True, kw_only=True):
    prefixes: tuple[Address, ...] | UnsetType = UNSET
    default_prefixlen: int | UnsetType = UNSET
    min_prefixlen: int | UnsetType = UNSET
    max_prefixlen: int | UnsetType = UNSET
    default_quota: Number | UnsetType | None = UNSET
    is_default: bool | UnsetType = UNSET


def given(change: Value, *without: str) -> dict[str, object]:
    """The fields that a change names, but these."""
    fields = msgspec.structs.asdict(change)
    return {name: value for name, value in fields.items() if value is not UNSET and name not in without}


def pairs(drafts: tuple[PairDraft, ...] | None, mac_address: str) -> tuple[AddressPair, ...]:
    """Address pairs of a port with this address. Raises Invalid: one is no address and no block."""
    return tuple(
        AddressPair(
            ip_address=check_source(draft.ip_address, "allowed_address_pairs"),
            mac_address=(draft.mac_address or mac_address).lower(),
        )
        for draft in drafts or ()
    )
