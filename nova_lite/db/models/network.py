"""Tables of the network service.

Ports carry their addresses and groups as JSON, so that a page of ports is one statement; ``port_addresses`` and
``port_groups`` hold the same once more: the first for the key that gives an address to one port only, both for
finding ports.
"""

from __future__ import annotations

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, Encoded, ExternalId, LongText, Uuid, table_args
from nova_lite.objects.network import AddressPair, DhcpOption, FixedIp, HostRoute, Pool

Strings: Encoded[tuple[str, ...]] = Encoded(tuple[str, ...])


class _Record:
    """The columns of :class:`nova_lite.objects.network.Record`."""

    id: Mapped[Uuid] = mapped_column(primary_key=True)
    project_id: Mapped[ExternalId]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(LongText)
    tags: Mapped[tuple[str, ...]] = mapped_column(Strings)
    created_at: Mapped[float]
    updated_at: Mapped[float]
    revision_number: Mapped[int]


class NetworkRow(_Record, Base):
    __tablename__ = "networks"
    __table_args__ = table_args(Index(None, "project_id"))
    admin_state_up: Mapped[bool]
    shared: Mapped[bool]
    external: Mapped[bool]
    is_default: Mapped[bool]
    port_security_enabled: Mapped[bool]
    mtu: Mapped[int]
    segment: Mapped[int]
    dns_domain: Mapped[str]


class SubnetRow(_Record, Base):
    __tablename__ = "subnets"
    __table_args__ = table_args(Index(None, "project_id"), Index(None, "network_id"))
    network_id: Mapped[Uuid]
    ip_version: Mapped[int]
    cidr: Mapped[str] = mapped_column(String(64))
    gateway_ip: Mapped[str | None] = mapped_column(String(64))
    enable_dhcp: Mapped[bool]
    dns_nameservers: Mapped[tuple[str, ...]] = mapped_column(Strings)
    host_routes: Mapped[tuple[HostRoute, ...]] = mapped_column(Encoded(tuple[HostRoute, ...]))
    allocation_pools: Mapped[tuple[Pool, ...]] = mapped_column(Encoded(tuple[Pool, ...]))
    service_types: Mapped[tuple[str, ...]] = mapped_column(Strings)
    ipv6_ra_mode: Mapped[str | None] = mapped_column(String(32))
    ipv6_address_mode: Mapped[str | None] = mapped_column(String(32))
    subnetpool_id: Mapped[Uuid | None]
    cursor: Mapped[str] = mapped_column(String(64))


class PortRow(_Record, Base):
    __tablename__ = "ports"
    __table_args__ = table_args(
        Index(None, "project_id"), Index(None, "device_id"), UniqueConstraint("network_id", "mac_address"),
    )
    network_id: Mapped[Uuid]
    mac_address: Mapped[str] = mapped_column(String(32))
    admin_state_up: Mapped[bool]
    fixed_ips: Mapped[tuple[FixedIp, ...]] = mapped_column(Encoded(tuple[FixedIp, ...]))
    device_id: Mapped[str]
    device_owner: Mapped[str]
    security_groups: Mapped[tuple[str, ...]] = mapped_column(Strings)
    allowed_address_pairs: Mapped[tuple[AddressPair, ...]] = mapped_column(Encoded(tuple[AddressPair, ...]))
    extra_dhcp_opts: Mapped[tuple[DhcpOption, ...]] = mapped_column(Encoded(tuple[DhcpOption, ...]))
    port_security_enabled: Mapped[bool]
    dns_name: Mapped[str]
    binding_host: Mapped[str]
    binding_vnic_type: Mapped[str] = mapped_column(String(64))
    binding_profile: Mapped[dict[str, object]] = mapped_column(Encoded(dict[str, object]))
    status: Mapped[str] = mapped_column(String(32))
    made_for_device: Mapped[bool]
    device_tag: Mapped[str]


class PortAddressRow(Base):
    """One address that is taken. The key is the promise: nobody gets it twice."""

    __tablename__ = "port_addresses"
    __table_args__ = table_args(Index(None, "port_id"), Index(None, "ip_address"))
    subnet_id: Mapped[Uuid] = mapped_column(primary_key=True)
    ip_address: Mapped[str] = mapped_column(String(64), primary_key=True)
    port_id: Mapped[Uuid]


class PortGroupRow(Base):
    """One security group of a port."""

    __tablename__ = "port_groups"
    __table_args__ = table_args(Index(None, "group_id"))
    port_id: Mapped[Uuid] = mapped_column(primary_key=True)
    group_id: Mapped[Uuid] = mapped_column(primary_key=True)


class RouterRow(_Record, Base):
    __tablename__ = "routers"
    __table_args__ = table_args(Index(None, "project_id"), Index(None, "gateway_network_id"))
    admin_state_up: Mapped[bool]
    routes: Mapped[tuple[HostRoute, ...]] = mapped_column(Encoded(tuple[HostRoute, ...]))
    gateway_network_id: Mapped[Uuid]
    gateway_port_id: Mapped[Uuid]
    enable_snat: Mapped[bool]


class SecurityGroupRow(_Record, Base):
    __tablename__ = "security_groups"
    __table_args__ = table_args(Index(None, "project_id"), UniqueConstraint("unique_key"))
    stateful: Mapped[bool]
    unique_key: Mapped[ExternalId]


class SecurityGroupRuleRow(_Record, Base):
    __tablename__ = "security_group_rules"
    __table_args__ = table_args(
        Index(None, "project_id"), Index(None, "security_group_id"), Index(None, "remote_group_id"),
    )
    security_group_id: Mapped[Uuid]
    direction: Mapped[str] = mapped_column(String(16))
    ethertype: Mapped[str] = mapped_column(String(16))
    protocol: Mapped[str | None] = mapped_column(String(64))
    port_range_min: Mapped[int | None]
    port_range_max: Mapped[int | None]
    remote_ip_prefix: Mapped[str | None] = mapped_column(String(64))
    remote_group_id: Mapped[Uuid | None]


class FloatingIpRow(_Record, Base):
    __tablename__ = "floating_ips"
    __table_args__ = table_args(
        Index(None, "project_id"), Index(None, "port_id"), Index(None, "floating_network_id"),
    )
    floating_network_id: Mapped[Uuid]
    floating_ip_address: Mapped[str] = mapped_column(String(64))
    own_port_id: Mapped[Uuid]
    port_id: Mapped[Uuid]
    fixed_ip_address: Mapped[str] = mapped_column(String(64))
    router_id: Mapped[Uuid]
    status: Mapped[str] = mapped_column(String(32))
    dns_name: Mapped[str]
    dns_domain: Mapped[str]


class SubnetPoolRow(_Record, Base):
    __tablename__ = "subnet_pools"
    __table_args__ = table_args(Index(None, "project_id"))
    ip_version: Mapped[int]
    prefixes: Mapped[tuple[str, ...]] = mapped_column(Strings)
    default_prefixlen: Mapped[int]
    min_prefixlen: Mapped[int]
    max_prefixlen: Mapped[int]
    default_quota: Mapped[int | None]
    shared: Mapped[bool]
    is_default: Mapped[bool]


class NetworkQuotaRow(Base):
    """A limit that a project has of its own."""

    __tablename__ = "network_quotas"
    project_id: Mapped[ExternalId] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(String(64), primary_key=True)
    hard_limit: Mapped[int]
