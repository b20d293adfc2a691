"""Floating addresses as the API shows them."""

from __future__ import annotations

from nova_lite.api.network.views.record import base
from nova_lite.objects.network import FloatingIp, Port


def show(floating: FloatingIp, target: Port | None) -> dict[str, object]:
    """``target``: the port that it leads to."""
    shown = base(floating)
    shown.pop("name")
    return shown | {
        "floating_network_id": floating.floating_network_id, "floating_ip_address": floating.floating_ip_address,
        "fixed_ip_address": floating.fixed_ip_address or None, "port_id": floating.port_id or None,
        "router_id": floating.router_id or None, "status": floating.status, "port_details": _details(target),
        "port_forwardings": [],
    }


def _details(port: Port | None) -> dict[str, object] | None:
    if port is None:
        return None
    return {
        "name": port.name, "network_id": port.network_id, "mac_address": port.mac_address,
        "admin_state_up": port.admin_state_up, "status": port.status, "device_id": port.device_id,
        "device_owner": port.device_owner,
    }
