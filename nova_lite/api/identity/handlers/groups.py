"""Groups and their members."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.identity.bearer import domain_of
from nova_lite.api.identity.collection import Collection, IdentityRequest, listing, made, split, text, text_in
from nova_lite.api.identity.views import groups as view
from nova_lite.api.identity.views import users as user_view
from nova_lite.api.request import Json
from nova_lite.core.ids import new_hex
from nova_lite.objects.identity import Group


def _build(request: IdentityRequest, body: Mapping[str, object]) -> Group:
    domain_id = str(body.get("domain_id") or domain_of(request))
    return made(Group, id=new_hex(), domain_id=domain_id, **change(body))


def change(body: Mapping[str, object]) -> dict[str, object]:
    changes = split(body, ("name", "description", "domain_id"))
    changes.pop("domain_id", None)
    if "description" in changes:
        changes["description"] = text_in(body, "description")
    return changes


GROUPS = Collection(
    name="group", plural="groups", nouns=lambda identity: identity.groups, build=_build, change=change,
    view=view.show, filters={"name": text, "domain_id": text}, fixed=("id", "domain_id"),
)


def members(request: IdentityRequest) -> Json:
    users = request.services.identity.groups.members(request.path["group_id"])
    return listing(request, "users", [user_view.show(request.base_url, user) for user in users])


def add(request: IdentityRequest) -> None:
    request.services.identity.groups.add(request.path["group_id"], request.path["user_id"])


def remove(request: IdentityRequest) -> None:
    request.services.identity.groups.remove(request.path["group_id"], request.path["user_id"])


def check(request: IdentityRequest) -> None:
    request.services.identity.groups.require(request.path["group_id"], request.path["user_id"])
