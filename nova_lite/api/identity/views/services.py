"""How a service of the catalog looks."""

from __future__ import annotations

from nova_lite.api.identity.views.links import self_link
from nova_lite.objects.identity import CatalogService


def show(base_url: str, service: CatalogService) -> dict[str, object]:
    return {
        **service.extra,
        "id": service.id, "type": service.type, "name": service.name, "enabled": service.enabled,
        "description": service.description, "links": self_link(base_url, "services", service.id),
    }
