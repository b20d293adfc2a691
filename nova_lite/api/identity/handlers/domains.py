"""Domains."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.identity.bearer import own_domains
from nova_lite.api.identity.collection import Collection, IdentityRequest, flag, made, text
from nova_lite.api.identity.handlers.projects import change as change_project
from nova_lite.api.identity.views import domains as view
from nova_lite.api.policy import Target
from nova_lite.core.ids import new_hex
from nova_lite.objects.identity import Project


def change(body: Mapping[str, object]) -> dict[str, object]:
    return change_project({name: value for name, value in body.items() if name != "explicit_domain_id"})


def _build(request: IdentityRequest, body: Mapping[str, object]) -> Project:
    id = str(body.get("explicit_domain_id") or new_hex())
    return made(Project, id=id, is_domain=True, **change(body))


def _inhabitant(request: IdentityRequest) -> Target:
    """The caller, if the domain is its own."""
    is_own = request.path["domain_id"] in own_domains(request)
    return {"user_id": request.context.user_id if is_own else None}


DOMAINS = Collection(
    name="domain", plural="domains", nouns=lambda identity: identity.domains, build=_build, change=change,
    view=view.show, filters={"name": text, "enabled": flag}, target=_inhabitant,
    fixed=(),
)
