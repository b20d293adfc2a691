"""Routers as the API shows them."""

from __future__ import annotations

from nova_lite.api.network.views.ports import addresses
from nova_lite.api.network.views.record import base
from nova_lite.api.network.views.subnets import routes
from nova_lite.objects.network import Port, Router


def show(router: Router, gateway: Port | None, admin: bool) -> dict[str, object]:
    """``gateway``: its port on the external network, where it has one."""
    shown = base(router) | {
        "admin_state_up": router.admin_state_up, "status": "ACTIVE", "routes": routes(router.routes),
        "external_gateway_info": None, "availability_zone_hints": [], "availability_zones": ["nova"],
        "flavor_id": None,
    }
    if gateway is not None:
        shown["external_gateway_info"] = {
            "network_id": router.gateway_network_id, "enable_snat": router.enable_snat,
            "external_fixed_ips": addresses(gateway.fixed_ips),
        }
    if admin:
        shown |= {"distributed": False, "ha": False}
    return shown


def interface(router: Router, port: Port, subnet_id: str) -> dict[str, object]:
    """What joining and parting answers."""
    return {
        "id": router.id, "project_id": router.project_id, "tenant_id": router.project_id, "port_id": port.id,
        "network_id": port.network_id, "subnet_id": subnet_id,
        "subnet_ids": [address.subnet_id for address in port.fixed_ips], "tags": list(router.tags),
    }
