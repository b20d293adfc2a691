"""How a region looks."""

from __future__ import annotations

from nova_lite.api.identity.views.links import self_link
from nova_lite.objects.identity import Region


def show(base_url: str, region: Region) -> dict[str, object]:
    return {
        **region.extra,
        "id": region.id, "description": region.description, "parent_region_id": region.parent_region_id,
        "links": self_link(base_url, "regions", region.id),
    }
