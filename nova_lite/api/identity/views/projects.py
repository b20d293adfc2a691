"""How a project looks."""

from __future__ import annotations

from nova_lite.api.identity.views.links import self_link
from nova_lite.objects.identity import Project


def show(base_url: str, project: Project) -> dict[str, object]:
    return {
        "options": {}, **project.extra,
        "id": project.id, "name": project.name, "domain_id": project.domain_id, "parent_id": project.parent_id,
        "is_domain": project.is_domain, "enabled": project.enabled, "description": project.description,
        "tags": list(project.tags), "links": self_link(base_url, "projects", project.id),
    }
