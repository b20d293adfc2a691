"""How an endpoint looks. ``region`` is the older name of ``region_id``; clients read either."""

from __future__ import annotations

from nova_lite.api.identity.views.links import self_link
from nova_lite.objects.identity import Endpoint


def show(base_url: str, endpoint: Endpoint) -> dict[str, object]:
    return {
        **endpoint.extra,
        "id": endpoint.id, "service_id": endpoint.service_id, "interface": endpoint.interface, "url": endpoint.url,
        "region_id": endpoint.region_id, "region": endpoint.region_id, "enabled": endpoint.enabled,
        "links": self_link(base_url, "endpoints", endpoint.id),
    }
