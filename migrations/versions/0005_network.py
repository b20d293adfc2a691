"""Networks: subnets, ports and their addresses, routers, security groups, floating addresses, limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import FLAG, ID, LONG_TEXT, NAME, REAL, UUID, WHOLE, columns, create_table

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDRESS, WORD = sa.String(64), sa.String(32)


def upgrade() -> None:
    for create in (
        _create_networks, _create_subnets, _create_ports, _create_port_addresses, _create_port_groups,
        _create_routers, _create_security_groups, _create_security_group_rules, _create_floating_ips,
        _create_subnet_pools, _create_network_quotas,
    ):
        create()


def downgrade() -> None:
    for table in (
        "network_quotas", "subnet_pools", "floating_ips", "security_group_rules", "security_groups", "routers",
        "port_groups", "port_addresses", "ports", "subnets", "networks",
    ):
        op.drop_table(table)


def _create_records(table: str, *items: sa.schema.SchemaItem, indexes: tuple[str, ...] = ()) -> None:
    create_table(
        table,
        *columns(UUID, "id"),
        *columns(ID, "project_id"),
        *columns(NAME, "name"),
        *columns(LONG_TEXT, "description", "tags"),
        *columns(REAL, "created_at", "updated_at"),
        *columns(WHOLE, "revision_number"),
        *items,
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("project_id", *indexes):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _create_networks() -> None:
    _create_records(
        "networks",
        *columns(FLAG, "admin_state_up", "shared", "external", "is_default", "port_security_enabled"),
        *columns(WHOLE, "mtu", "segment"),
        *columns(NAME, "dns_domain"),
    )


def _create_subnets() -> None:
    _create_records(
        "subnets",
        *columns(UUID, "network_id"),
        *columns(WHOLE, "ip_version"),
        *columns(ADDRESS, "cidr", "cursor"),
        *columns(ADDRESS, "gateway_ip", null=True),
        *columns(FLAG, "enable_dhcp"),
        *columns(LONG_TEXT, "dns_nameservers", "host_routes", "allocation_pools", "service_types"),
        *columns(WORD, "ipv6_ra_mode", "ipv6_address_mode", null=True),
        *columns(UUID, "subnetpool_id", null=True),
        indexes=("network_id",),
    )


def _create_ports() -> None:
    _create_records(
        "ports",
        *columns(UUID, "network_id"),
        *columns(WORD, "mac_address", "status"),
        *columns(FLAG, "admin_state_up", "port_security_enabled", "made_for_device"),
        *columns(
            LONG_TEXT, "fixed_ips", "security_groups", "allowed_address_pairs", "extra_dhcp_opts", "binding_profile"
        ),
        *columns(NAME, "device_id", "device_owner", "dns_name", "binding_host"),
        *columns(sa.String(64), "binding_vnic_type"),
        sa.UniqueConstraint("network_id", "mac_address"),
        indexes=("device_id",),
    )


def _create_port_addresses() -> None:
    create_table(
        "port_addresses",
        *columns(UUID, "subnet_id", "port_id"),
        *columns(ADDRESS, "ip_address"),
        sa.PrimaryKeyConstraint("subnet_id", "ip_address"),
    )
    op.create_index("ix_port_addresses_port_id", "port_addresses", ["port_id"])
    op.create_index("ix_port_addresses_ip_address", "port_addresses", ["ip_address"])


def _create_port_groups() -> None:
    create_table("port_groups", *columns(UUID, "port_id", "group_id"), sa.PrimaryKeyConstraint("port_id", "group_id"))
    op.create_index("ix_port_groups_group_id", "port_groups", ["group_id"])


def _create_routers() -> None:
    _create_records(
        "routers",
        *columns(FLAG, "admin_state_up", "enable_snat"),
        *columns(LONG_TEXT, "routes"),
        *columns(UUID, "gateway_network_id", "gateway_port_id"),
        indexes=("gateway_network_id",),
    )


def _create_security_groups() -> None:
    _create_records(
        "security_groups",
        *columns(FLAG, "stateful"),
        *columns(ID, "unique_key"),
        sa.UniqueConstraint("unique_key"),
    )


def _create_security_group_rules() -> None:
    _create_records(
        "security_group_rules",
        *columns(UUID, "security_group_id"),
        *columns(sa.String(16), "direction", "ethertype"),
        *columns(sa.String(64), "protocol", "remote_ip_prefix", null=True),
        *columns(WHOLE, "port_range_min", "port_range_max", null=True),
        *columns(UUID, "remote_group_id", null=True),
        indexes=("security_group_id", "remote_group_id"),
    )


def _create_floating_ips() -> None:
    _create_records(
        "floating_ips",
        *columns(UUID, "floating_network_id", "own_port_id", "port_id", "router_id"),
        *columns(ADDRESS, "floating_ip_address", "fixed_ip_address"),
        *columns(WORD, "status"),
        *columns(NAME, "dns_name", "dns_domain"),
        indexes=("port_id", "floating_network_id"),
    )


def _create_subnet_pools() -> None:
    _create_records(
        "subnet_pools",
        *columns(WHOLE, "ip_version", "default_prefixlen", "min_prefixlen", "max_prefixlen"),
        *columns(LONG_TEXT, "prefixes"),
        *columns(WHOLE, "default_quota", null=True),
        *columns(FLAG, "shared", "is_default"),
    )


def _create_network_quotas() -> None:
    create_table(
        "network_quotas",
        *columns(ID, "project_id"),
        *columns(sa.String(64), "resource"),
        *columns(WHOLE, "hard_limit"),
        sa.PrimaryKeyConstraint("project_id", "resource"),
    )
