"""Users."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.identity.bearer import domain_of
from nova_lite.api.identity.collection import Collection, IdentityRequest, flag, made, split, text
from nova_lite.api.identity.handlers.groups import GROUPS
from nova_lite.api.identity.handlers.tokens import reachable
from nova_lite.api.identity.views import users as view
from nova_lite.api.policy import Target
from nova_lite.api.request import Json
from nova_lite.core.ids import new_hex
from nova_lite.objects.identity import User

_FIELDS = ("name", "enabled", "default_project_id")


def _build(request: IdentityRequest, body: Mapping[str, object]) -> User:
    domain_id = body.get("domain_id") or domain_of(request)
    return made(User, id=new_hex(), domain_id=domain_id, **change(body))


def change(body: Mapping[str, object]) -> dict[str, object]:
    """The changed fields. The password is none of them: it is a record of its own."""
    changes = split(body, _FIELDS)
    extra = changes["extra"]
    if isinstance(extra, dict):
        for name in ("password", "domain_id"):
            extra.pop(name, None)
    return changes


def own(request: IdentityRequest) -> Target:
    """The user in the path, as the owner of itself."""
    return {"user_id": request.path["user_id"]}


USERS = Collection(
    name="user", plural="users", nouns=lambda identity: identity.users, build=_build, change=change, view=view.show,
    filters={"name": text, "domain_id": text, "enabled": flag}, target=own,
    fixed=("id", "domain_id"),
)


def create(request: IdentityRequest) -> Json:
    users = request.services.identity.users
    body = request.member("user")
    user = users.create(_build(request, body))
    if body.get("password") is not None:
        users.set_password(user.id, str(body["password"]))
    return USERS.one(request, user)


def update(request: IdentityRequest) -> Json:
    users = request.services.identity.users
    body = request.member("user")
    USERS.refuse_moves(request, body)
    user = users.update(request.path["user_id"], change(body))
    if body.get("password") is not None:
        users.set_password(user.id, str(body["password"]))
    return USERS.one(request, user)


def change_password(request: IdentityRequest) -> None:
    """A user's own doing, proved by the password that it has: no token is needed."""
    body = request.member("user")
    request.services.identity.users.change_password(
        request.path["user_id"], str(body["original_password"]), str(body["password"])
    )


def projects(request: IdentityRequest) -> Json:
    user = request.services.identity.users.show(request.path["user_id"])
    return reachable(request, user.id, "project")


def groups(request: IdentityRequest) -> Json:
    return GROUPS.page(request, request.services.identity.groups.of_user(request.path["user_id"]))
