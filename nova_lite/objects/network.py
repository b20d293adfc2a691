"""What the network service keeps: networks, subnets, ports, routers, security groups, floating addresses, quotas.

Fields are called as Neutron calls them, where Python lets them be. An empty ``project_id`` belongs to nobody but
administrators. ``revision_number`` grows by one with every change; changes are conditional on it.
"""

from __future__ import annotations

from typing import ClassVar, Literal, TypeVar

from nova_lite.objects.base import Value

IpVersion = Literal[4, 6]

SERVER_OWNER = "compute:nova"
GATEWAY_OWNER = "network:router_gateway"
INTERFACE_OWNER = "network:router_interface"
FLOATING_OWNER = "network:floatingip"
ROUTER_OWNERS = (GATEWAY_OWNER, INTERFACE_OWNER)


class Record(Value, frozen=True, kw_only=True):
    """What every record has. ``noun`` is how its messages call it."""

    noun: ClassVar[str] = "Resource"

    id: str
    project_id: str
    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    created_at: float = 0.0
    updated_at: float = 0.0
    revision_number: int = 0


R = TypeVar("R", bound=Record)


def not_found_type(kind: type[Record]) -> str:
    """Neutron's name of the error that a record of this kind is not there: ``SecurityGroupNotFound``."""
    return "".join(word[:1].upper() + word[1:] for word in kind.noun.split()) + "NotFound"


class Network(Record, frozen=True, kw_only=True):
    """A layer-2 network. ``external``: floating addresses and gateways come from it; ``shared``: all may use it.

    ``segment`` tells networks apart on the wire; ``is_default`` marks the one that servers get who name none.
    """

    noun: ClassVar[str] = "Network"

    admin_state_up: bool = True
    shared: bool = False
    external: bool = False
    is_default: bool = False
    port_security_enabled: bool = True
    mtu: int = 1500
    segment: int = 0
    dns_domain: str = ""


class Pool(Value, frozen=True, kw_only=True):
    """Addresses that are given away by themselves: from ``start`` to ``end``, both included."""

    start: str
    end: str


class HostRoute(Value, frozen=True, kw_only=True):
    """A route: to the ``destination`` (CIDR) through ``nexthop``."""

    destination: str
    nexthop: str


class Subnet(Record, frozen=True, kw_only=True):
    """A block of addresses of a network. ``cursor`` is the address given away last; the search goes on after it."""

    noun: ClassVar[str] = "Subnet"

    network_id: str
    ip_version: int
    cidr: str
    gateway_ip: str | None = None
    enable_dhcp: bool = True
    dns_nameservers: tuple[str, ...] = ()
    host_routes: tuple[HostRoute, ...] = ()
    allocation_pools: tuple[Pool, ...] = ()
    service_types: tuple[str, ...] = ()
    ipv6_ra_mode: str | None = None
    ipv6_address_mode: str | None = None
    subnetpool_id: str | None = None
    cursor: str = ""


class FixedIp(Value, frozen=True, kw_only=True):
    """One address of a port."""

    subnet_id: str
    ip_address: str


class AddressPair(Value, frozen=True, kw_only=True):
    """Another address (or CIDR) that a port may send from."""

    ip_address: str
    mac_address: str


class DhcpOption(Value, frozen=True, kw_only=True):
    """One more option that DHCP tells a port."""

    opt_name: str
    opt_value: str | None = None
    ip_version: int = 4


class Port(Record, frozen=True, kw_only=True):
    """A place where something is plugged in. ``made_for_device``: it goes with the server that it was made for;

    ``device_tag`` is what that server's owner calls the interface.
    """

    noun: ClassVar[str] = "Port"

    network_id: str
    mac_address: str
    admin_state_up: bool = True
    fixed_ips: tuple[FixedIp, ...] = ()
    device_id: str = ""
    device_owner: str = ""
    security_groups: tuple[str, ...] = ()
    allowed_address_pairs: tuple[AddressPair, ...] = ()
    extra_dhcp_opts: tuple[DhcpOption, ...] = ()
    port_security_enabled: bool = True
    dns_name: str = ""
    binding_host: str = ""
    binding_vnic_type: str = "normal"
    binding_profile: dict[str, object] = {}
    status: str = "DOWN"
    made_for_device: bool = False
    device_tag: str = ""


class Router(Record, frozen=True, kw_only=True):
    """A router. Its gateway is ``gateway_port_id`` on ``gateway_network_id``; both empty when it has none."""

    noun: ClassVar[str] = "Router"

    admin_state_up: bool = True
    routes: tuple[HostRoute, ...] = ()
    gateway_network_id: str = ""
    gateway_port_id: str = ""
    enable_snat: bool = True


class SecurityGroup(Record, frozen=True, kw_only=True):
    """A set of rules. ``unique_key`` is the project's id for its default group, and the group's own id for others."""

    noun: ClassVar[str] = "Security group"

    stateful: bool = True
    unique_key: str

    @property
    def is_default(self) -> bool:
        """Whether it is the group of ports that name none."""
        return self.unique_key != self.id


class SecurityGroupRule(Record, frozen=True, kw_only=True):
    """What may pass. None in a field means whatever."""

    noun: ClassVar[str] = "Security group rule"

    security_group_id: str
    direction: str
    ethertype: str = "IPv4"
    protocol: str | None = None
    port_range_min: int | None = None
    port_range_max: int | None = None
    remote_ip_prefix: str | None = None
    remote_group_id: str | None = None


class FloatingIp(Record, frozen=True, kw_only=True):
    """An address of an external network. ``own_port_id`` keeps it taken; ``port_id`` is whom it leads to, or empty."""

    noun: ClassVar[str] = "Floating IP"

    floating_network_id: str
    floating_ip_address: str
    own_port_id: str
    port_id: str = ""
    fixed_ip_address: str = ""
    router_id: str = ""
    status: str = "DOWN"
    dns_name: str = ""
    dns_domain: str = ""


class SubnetPool(Record, frozen=True, kw_only=True):
    """Prefixes that subnets may be cut from."""

    noun: ClassVar[str] = "Subnet pool"

    ip_version: int
    prefixes: tuple[str, ...]
    default_prefixlen: int
    min_prefixlen: int
    max_prefixlen: int
    default_quota: int | None = None
    shared: bool = False
    is_default: bool = False


class PortOffer(Value, frozen=True, kw_only=True):
    """What a new port of a project takes its facts from: the network and its subnets, oldest first; the id of the
    project's default group (empty: it has none yet); how many ports the project may have (-1: any number), and has.
    """

    network: Network
    subnets: tuple[Subnet, ...]
    default_group: str
    limit: int
    used: int


class NetworkQuota(Value, frozen=True, kw_only=True):
    """How many records of each kind a project may have; -1: no limit."""

    network: int = 100
    subnet: int = 100
    port: int = 500
    router: int = 10
    floatingip: int = 50
    security_group: int = 10
    security_group_rule: int = 100
    subnetpool: int = -1
    rbac_policy: int = 10


class Query(Value, frozen=True, kw_only=True):
    """What a listing asks for.

    ``project_id``: what this project may see, None: everything. ``where``: for each field the values of which one must
    be met. ``sort``: (field, descending). ``marker``: the id after which the page begins. ``reverse``: the page
    before the marker.
    """

    project_id: str | None = None
    where: tuple[tuple[str, tuple[str | int | bool, ...]], ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    marker: str | None = None
    limit: int | None = None
    reverse: bool = False
