"""How roles and the rules of implication look."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.identity.views.links import self_link
from nova_lite.objects.identity import Role


def show(base_url: str, role: Role) -> dict[str, object]:
    return {
        "options": {}, **role.extra,
        "id": role.id, "name": role.name, "domain_id": role.domain_id, "description": role.description,
        "links": self_link(base_url, "roles", role.id),
    }


def brief(base_url: str, role: Role) -> dict[str, object]:
    """A role within a rule of implication."""
    return {"id": role.id, "name": role.name, "links": self_link(base_url, "roles", role.id)}


def inference(base_url: str, prior: Role, implied: Role | Sequence[Role]) -> dict[str, object]:
    """One rule, or all rules of one prior role."""
    if isinstance(implied, Role):
        return {"prior_role": brief(base_url, prior), "implies": brief(base_url, implied)}
    return {"prior_role": brief(base_url, prior), "implies": [brief(base_url, role) for role in implied]}
