"""Floating addresses."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.network.collection import Collection
from nova_lite.api.network.listing import common
from nova_lite.api.network.services import NetworkRequest, viewer
from nova_lite.api.network.views import floating_ips as views
from nova_lite.network.drafts import FloatingIpChange, NewFloatingIp
from nova_lite.objects.network import FloatingIp


def view(request: NetworkRequest, floating: Sequence[FloatingIp]) -> list[dict[str, object]]:
    targets = request.services.networking.floating_ips.targets(list(floating))
    return [views.show(one, targets.get(one.port_id)) for one in floating]


def admit(request: NetworkRequest, draft: NewFloatingIp) -> None:
    """The network and the port must be there for the caller."""
    networking = request.services.networking
    networking.networks.show(viewer(request), draft.floating_network_id)
    if draft.port_id:
        networking.ports.show(viewer(request), draft.port_id)


def admit_change(request: NetworkRequest, floating: FloatingIp, change: FloatingIpChange) -> None:
    if isinstance(change.port_id, str) and change.port_id:
        request.services.networking.ports.show(viewer(request), change.port_id)


COLLECTION = Collection(
    name="floatingip", plural="floatingips", path="floatingips", nouns=lambda networking: networking.floating_ips,
    draft=NewFloatingIp, change=FloatingIpChange, view=view, admit=admit, admit_change=admit_change,
    filters=common(
        "floating_network_id", "floating_ip_address", "fixed_ip_address", "port_id", "router_id", "status",
    ),
    privileged={"floating_ip_address": None},
)
