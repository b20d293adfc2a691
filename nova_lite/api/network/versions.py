"""Version documents of the network dialect."""

from __future__ import annotations

from nova_lite.api.network.services import NetworkRequest
from nova_lite.api.request import Json

_RESOURCES = {
    "network": "networks", "subnet": "subnets", "subnetpool": "subnetpools", "port": "ports", "router": "routers",
    "floatingip": "floatingips", "security_group": "security-groups", "security_group_rule": "security-group-rules",
    "quota": "quotas", "extension": "extensions", "agent": "agents", "availability_zone": "availability_zones",
}


def index(request: NetworkRequest) -> Json:
    """The versions there are."""
    link = {"rel": "self", "href": f"{request.base_url}/v2.0/"}
    return {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [link]}]}


def show(request: NetworkRequest) -> Json:
    """What version 2.0 consists of."""
    return {"resources": [
        {
            "name": name, "collection": collection.replace("-", "_"),
            "links": [{"rel": "self", "href": f"{request.base_url}/v2.0/{collection}"}],
        }
        for name, collection in _RESOURCES.items()
    ]}
