"""Which floating addresses lead to the servers that an answer shows."""

from __future__ import annotations

from collections.abc import Iterable

from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views.addresses import Floating
from nova_lite.api.request import Request
from nova_lite.db.reads import network
from nova_lite.objects.instance import Instance
from nova_lite.objects.network import FloatingIp


def floating_addresses(request: Request[ComputeServices], shown: Iterable[Instance]) -> Floating:
    """All of them in one statement; none where there is no network service."""
    ports = {nic.id for server in shown for nic in server.nics}
    if not ports or request.services.networking is None:
        return {}
    found: dict[tuple[str, str], list[str]] = {}
    with request.services.database.read() as tx:
        for one in network.find(tx, FloatingIp, port_id=ports):
            found.setdefault((one.port_id, one.fixed_ip_address), []).append(one.floating_ip_address)
    return found
