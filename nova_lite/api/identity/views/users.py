"""How a user looks."""

from __future__ import annotations

from nova_lite.api.identity.views.links import self_link
from nova_lite.objects.identity import User


def show(base_url: str, user: User) -> dict[str, object]:
    shown: dict[str, object] = {
        "options": {}, **user.extra,
        "id": user.id, "name": user.name, "domain_id": user.domain_id, "enabled": user.enabled,
        "password_expires_at": None, "links": self_link(base_url, "users", user.id),
    }
    if user.default_project_id is not None:
        shown["default_project_id"] = user.default_project_id
    return shown
