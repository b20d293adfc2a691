"""Interfaces of servers as the API shows them."""

from __future__ import annotations

from nova_lite.api.microversions import Microversion, v
from nova_lite.objects.network import Port


def show(port: Port, version: Microversion) -> dict[str, object]:
    shown: dict[str, object] = {
        "port_id": port.id, "net_id": port.network_id, "mac_addr": port.mac_address, "port_state": port.status,
        "fixed_ips": [
            {"subnet_id": address.subnet_id, "ip_address": address.ip_address} for address in port.fixed_ips
        ],
    }
    return {**shown, "tag": port.device_tag or None} if version >= v("2.70") else shown
