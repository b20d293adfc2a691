"""Subnets."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.network.collection import Collection
from nova_lite.api.network.listing import common
from nova_lite.api.network.services import NetworkRequest, viewer
from nova_lite.api.network.views import subnets as views
from nova_lite.network.drafts import NewSubnet, SubnetChange
from nova_lite.objects.network import Subnet


def view(request: NetworkRequest, subnets: Sequence[Subnet]) -> list[dict[str, object]]:
    return [views.show(subnet) for subnet in subnets]


def admit(request: NetworkRequest, draft: NewSubnet) -> None:
    """A subnet is made by the owner of its network, from a pool that its maker sees."""
    networking = request.services.networking
    network = networking.networks.show(viewer(request), draft.network_id)
    request.authorize({"project_id": network.project_id})
    if draft.subnetpool_id:
        networking.subnet_pools.show(viewer(request), draft.subnetpool_id)


COLLECTION = Collection(
    name="subnet", plural="subnets", path="subnets", nouns=lambda networking: networking.subnets,
    draft=NewSubnet, change=SubnetChange, view=view, admit=admit,
    filters=common(
        "network_id", "cidr", "gateway_ip", "subnetpool_id", "ipv6_ra_mode", "ipv6_address_mode",
        flags=("enable_dhcp",), numbers=("ip_version",),
    ),
)
