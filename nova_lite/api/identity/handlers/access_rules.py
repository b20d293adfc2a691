"""Access rules: made with the application credentials that have them, shown and deleted here."""

from __future__ import annotations

from nova_lite.api.identity.collection import IdentityRequest, listing, select, text
from nova_lite.api.identity.views import application_credentials as view
from nova_lite.api.identity.views.links import self_link
from nova_lite.api.request import Json
from nova_lite.identity.errors import not_found
from nova_lite.objects.identity import AccessRule


def index(request: IdentityRequest) -> Json:
    user = request.services.identity.users.show(request.path["user_id"])
    wanted = select(request.query, {"service": text, "method": text, "path": text})
    found = request.services.identity.application_credentials.rules.list(user_id=user.id, **wanted)
    return listing(request, "access_rules", [_view(request, rule) for rule in found])


def show(request: IdentityRequest) -> Json:
    return {"access_rule": _view(request, _named(request))}


def delete(request: IdentityRequest) -> None:
    request.services.identity.application_credentials.rules.delete(_named(request).id)


def _named(request: IdentityRequest) -> AccessRule:
    id = request.path["access_rule_id"]
    rule = request.services.identity.application_credentials.rules.show(id)
    if rule.user_id != request.path["user_id"]:
        raise not_found("access rule", id)
    return rule


def _view(request: IdentityRequest, rule: AccessRule) -> dict[str, object]:
    return {**view.rule(rule), "links": self_link(request.base_url, f"users/{rule.user_id}/access_rules", rule.id)}
