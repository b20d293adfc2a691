"""How a group looks."""

from __future__ import annotations

from nova_lite.api.identity.views.links import self_link
from nova_lite.objects.identity import Group


def show(base_url: str, group: Group) -> dict[str, object]:
    return {
        **group.extra,
        "id": group.id, "name": group.name, "domain_id": group.domain_id, "description": group.description,
        "links": self_link(base_url, "groups", group.id),
    }
