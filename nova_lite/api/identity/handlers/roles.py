"""Roles, and which implies which."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.identity.collection import Collection, IdentityRequest, made, own_link, select, split, text
from nova_lite.api.identity.views import roles as view
from nova_lite.api.request import Json
from nova_lite.core.ids import new_hex
from nova_lite.identity.errors import not_found
from nova_lite.identity.store import Wanted
from nova_lite.objects.identity import Role


def _build(request: IdentityRequest, body: Mapping[str, object]) -> Role:
    return made(Role, id=new_hex(), domain_id=body.get("domain_id"), **change(body))


def change(body: Mapping[str, object]) -> dict[str, object]:
    return split({name: value for name, value in body.items() if name != "domain_id"}, ("name", "description"))


ROLES = Collection(
    name="role", plural="roles", nouns=lambda identity: identity.roles, build=_build, change=change, view=view.show,
    filters={"name": text, "domain_id": text}, fixed=("id", "domain_id"),
)


def index(request: IdentityRequest) -> Json:
    """The roles of no domain, unless a domain is asked for."""
    wanted: dict[str, Wanted] = {"domain_id": None, **select(request.query, ROLES.filters)}
    return ROLES.page(request, request.services.identity.roles.list(**wanted))


def implied(request: IdentityRequest) -> Json:
    roles = request.services.identity.roles
    prior = roles.show(request.path["role_id"])
    inference = view.inference(request.base_url, prior, roles.implied_by(prior.id))
    return {"role_inference": inference, "links": own_link(request)}


def show_implication(request: IdentityRequest) -> Json:
    roles = request.services.identity.roles
    prior, implied_id = roles.show(request.path["role_id"]), request.path["implied_id"]
    for role in roles.implied_by(prior.id):
        if role.id == implied_id:
            return {"role_inference": view.inference(request.base_url, prior, role), "links": own_link(request)}
    raise not_found("implied role", implied_id)


def check_implication(request: IdentityRequest) -> None:
    show_implication(request)


def imply(request: IdentityRequest) -> Json:
    request.services.identity.roles.imply(request.path["role_id"], request.path["implied_id"])
    return show_implication(request)


def forget(request: IdentityRequest) -> None:
    request.services.identity.roles.forget(request.path["role_id"], request.path["implied_id"])


def inferences(request: IdentityRequest) -> Json:
    roles = request.services.identity.roles
    priors = dict.fromkeys(rule.prior_id for rule in roles.implications())
    found = [view.inference(request.base_url, roles.show(id), roles.implied_by(id)) for id in priors]
    return {"role_inferences": found}
