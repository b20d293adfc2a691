"""Networks as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.network.views.record import base
from nova_lite.objects.network import Network, Subnet


def show(network: Network, subnets: Sequence[Subnet], admin: bool) -> dict[str, object]:
    """``admin``: also what tells networks apart on the wire."""
    shown = base(network) | {
        "admin_state_up": network.admin_state_up, "status": "ACTIVE" if network.admin_state_up else "DOWN",
        "shared": network.shared, "router:external": network.external, "is_default": network.is_default,
        "port_security_enabled": network.port_security_enabled, "mtu": network.mtu,
        "subnets": [subnet.id for subnet in subnets], "availability_zone_hints": [], "availability_zones": ["nova"],
        "ipv4_address_scope": None, "ipv6_address_scope": None,
    }
    if admin:
        shown |= {
            "provider:network_type": "local", "provider:physical_network": None,
            "provider:segmentation_id": network.segment or None,
        }
    return shown
