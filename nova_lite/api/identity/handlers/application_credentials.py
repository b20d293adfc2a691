"""Application credentials: each user's own affair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from nova_lite.api.identity.bearer import claims_of
from nova_lite.api.identity.collection import IdentityRequest, listing, text_in
from nova_lite.api.identity.views import application_credentials as view
from nova_lite.api.request import Json
from nova_lite.core.clock import epoch_of
from nova_lite.core.errors import Forbidden
from nova_lite.core.ids import new_hex
from nova_lite.identity.errors import BadReference, not_found
from nova_lite.objects.identity import AccessRule, ApplicationCredential, Role


def index(request: IdentityRequest) -> Json:
    user = request.services.identity.users.show(request.path["user_id"])
    name = request.query.one("name")
    wanted = {"user_id": user.id} if name is None else {"user_id": user.id, "name": name}
    found = request.services.identity.application_credentials.list(**wanted)
    return listing(request, "application_credentials", [_view(request, credential) for credential in found])


def show(request: IdentityRequest) -> Json:
    return {"application_credential": _view(request, _named(request))}


def delete(request: IdentityRequest) -> None:
    _refuse_limited(request)
    request.services.identity.application_credentials.delete(_named(request).id)


def create(request: IdentityRequest) -> Json:
    _refuse_limited(request)
    body = request.member("application_credential")
    identity = request.services.identity
    if not request.context.project_id:
        raise BadReference("An application credential needs a token for the project that it is for.", field="scope")
    project = identity.projects.show(request.context.project_id)
    # No more than the token states: it may be of an application credential that was given less than its user has.
    mine = identity.assignments.effective(request.context.user_id, "project", project)
    held = [role for role in mine if role.name in request.context.roles]
    record, secret = identity.application_credentials.issue(
        _record(request, body, held), {role.id for role in held}, _rules(request, body), text_in(body, "secret")
    )
    return {"application_credential": {**_view(request, record), "secret": secret}}


def _record(request: IdentityRequest, body: Mapping[str, object], held: Sequence[Role]) -> ApplicationCredential:
    return ApplicationCredential(
        id=new_hex(), name=str(body["name"]), description=text_in(body, "description"),
        user_id=request.path["user_id"], project_id=request.context.project_id,
        role_ids=_role_ids(body, held), unrestricted=bool(body.get("unrestricted")),
        expires_at=_moment(text_in(body, "expires_at")),
    )


def _rules(request: IdentityRequest, body: Mapping[str, object]) -> Sequence[AccessRule]:
    """The access rules as they are asked for."""
    asked = cast("Sequence[Mapping[str, str]]", body.get("access_rules") or ())
    return [
        AccessRule(
            id=rule.get("id", ""), user_id=request.path["user_id"], service=rule.get("service", ""),
            method=rule.get("method", ""), path=rule.get("path", ""),
        )
        for rule in asked
    ]


def _role_ids(body: Mapping[str, object], held: Sequence[Role]) -> tuple[str, ...]:
    """The roles that are asked for, by id or name; all that the caller has when none is."""
    asked = cast("Sequence[Mapping[str, str]]", body.get("roles") or ())
    if not asked:
        return tuple(role.id for role in held)
    by_name = {role.name: role.id for role in held}
    return tuple(role.get("id") or by_name.get(role.get("name", ""), role.get("name", "")) for role in asked)


def _moment(value: str) -> float | None:
    return epoch_of(datetime.fromisoformat(value)) if value else None


def _named(request: IdentityRequest) -> ApplicationCredential:
    id = request.path["application_credential_id"]
    credential = request.services.identity.application_credentials.show(id)
    if credential.user_id != request.path["user_id"]:
        raise not_found("application credential", id)
    return credential


def _refuse_limited(request: IdentityRequest) -> None:
    """Who came with an application credential makes or deletes others only if it was declared unrestricted."""
    id = claims_of(request).application_credential_id
    if id and not request.services.identity.application_credentials.show(id).unrestricted:
        raise Forbidden("This application credential may not manage application credentials.")


def _view(request: IdentityRequest, credential: ApplicationCredential) -> dict[str, object]:
    roles = request.services.identity.roles.list(id=credential.role_ids)
    rules = request.services.identity.application_credentials.rules_of(credential)
    return view.show(request.base_url, credential, roles, rules)
