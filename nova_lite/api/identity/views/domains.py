"""How a domain looks: a project without what a domain has not."""

from __future__ import annotations

from nova_lite.api.identity.views.links import self_link
from nova_lite.objects.identity import Project


def show(base_url: str, domain: Project) -> dict[str, object]:
    return {
        "options": {}, **domain.extra,
        "id": domain.id, "name": domain.name, "enabled": domain.enabled, "description": domain.description,
        "tags": list(domain.tags), "links": self_link(base_url, "domains", domain.id),
    }
