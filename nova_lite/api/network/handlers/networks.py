"""Networks."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.network.collection import Collection
from nova_lite.api.network.listing import common
from nova_lite.api.network.services import NetworkRequest
from nova_lite.api.network.views import networks as views
from nova_lite.network.drafts import NetworkChange, NewNetwork
from nova_lite.objects.network import Network


def view(request: NetworkRequest, networks: Sequence[Network]) -> list[dict[str, object]]:
    subnets = request.services.networking.networks.with_subnets(list(networks))
    return [views.show(network, subnets[network.id], request.context.is_admin) for network in networks]


COLLECTION = Collection(
    name="network", plural="networks", path="networks", nouns=lambda networking: networking.networks,
    draft=NewNetwork, change=NetworkChange, view=view,
    filters=common(
        flags=("admin_state_up", "shared", "router:external", "is_default", "port_security_enabled"),
        numbers=("mtu",),
    ),
    privileged={
        "shared": False, "router:external": False, "is_default": False, "provider:network_type": None,
        "provider:physical_network": None, "provider:segmentation_id": None,
    },
)
