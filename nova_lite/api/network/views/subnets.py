"""Subnets as the API shows them."""

from __future__ import annotations

from nova_lite.api.network.views.record import base
from nova_lite.objects.network import HostRoute, Subnet


def show(subnet: Subnet) -> dict[str, object]:
    return base(subnet) | {
        "network_id": subnet.network_id, "ip_version": subnet.ip_version, "cidr": subnet.cidr,
        "gateway_ip": subnet.gateway_ip, "enable_dhcp": subnet.enable_dhcp,
        "dns_nameservers": list(subnet.dns_nameservers), "host_routes": routes(subnet.host_routes),
        "allocation_pools": [{"start": pool.start, "end": pool.end} for pool in subnet.allocation_pools],
        "service_types": list(subnet.service_types), "ipv6_ra_mode": subnet.ipv6_ra_mode,
        "ipv6_address_mode": subnet.ipv6_address_mode, "subnetpool_id": subnet.subnetpool_id,
    }


def routes(routes: tuple[HostRoute, ...]) -> list[dict[str, str]]:
    """Routes of a subnet or a router."""
    return [{"destination": route.destination, "nexthop": route.nexthop} for route in routes]
