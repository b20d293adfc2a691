"""Ports as the API shows them."""

from __future__ import annotations

from nova_lite.api.network.views.record import base
from nova_lite.objects.network import FixedIp, Port


def show(port: Port, admin: bool, vif_type: str) -> dict[str, object]:
    """``admin``: also where it is plugged in, and how (``vif_type``, as hosts here do it)."""
    shown = base(port) | {
        "network_id": port.network_id, "mac_address": port.mac_address, "admin_state_up": port.admin_state_up,
        "status": port.status, "device_id": port.device_id, "device_owner": port.device_owner,
        "fixed_ips": addresses(port.fixed_ips), "security_groups": list(port.security_groups),
        "allowed_address_pairs": [
            {"ip_address": pair.ip_address, "mac_address": pair.mac_address} for pair in port.allowed_address_pairs
        ],
        "extra_dhcp_opts": [
            {"opt_name": option.opt_name, "opt_value": option.opt_value, "ip_version": option.ip_version}
            for option in port.extra_dhcp_opts
        ],
        "port_security_enabled": port.port_security_enabled, "binding:vnic_type": port.binding_vnic_type,
    }
    if admin:
        shown |= {
            "binding:host_id": port.binding_host, "binding:profile": port.binding_profile,
            "binding:vif_type": vif_type if port.binding_host else "unbound", "binding:vif_details": {},
        }
    return shown


def addresses(fixed: tuple[FixedIp, ...]) -> list[dict[str, str]]:
    """Addresses with their subnets."""
    return [{"subnet_id": address.subnet_id, "ip_address": address.ip_address} for address in fixed]
