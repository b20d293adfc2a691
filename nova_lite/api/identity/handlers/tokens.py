"""Tokens: issue, inspect, revoke; and what the bearer of one can reach."""

from __future__ import annotations

from nova_lite.api.identity.bearer import claims_of
from nova_lite.api.identity.collection import IdentityRequest, listing, own_link
from nova_lite.api.identity.handlers import logins
from nova_lite.api.identity.views import application_credentials as credential_view
from nova_lite.api.identity.views import domains as domain_view
from nova_lite.api.identity.views import projects as project_view
from nova_lite.api.identity.views import tokens as view
from nova_lite.api.request import Json, Reply
from nova_lite.core.errors import Forbidden, Unauthenticated
from nova_lite.identity.errors import token_unknown
from nova_lite.identity.tokens import Claims
from nova_lite.objects.identity import TargetKind

SUBJECT = "X-Subject-Token"
# With it whoever asks about a token says that it minds access rules, of this version at least.
MINDS_RULES, RULES_VERSION = "OpenStack-Identity-Access-Rules", 1.0


def issue(request: IdentityRequest) -> Reply:
    token, claims = request.services.identity.login(logins.parse(request.member("auth")))
    return Reply(json=_document(request, claims), headers=_headers(token))


def show(request: IdentityRequest) -> Reply:
    token, claims = _subject(request)
    request.authorize({"user_id": claims.user_id})
    return Reply(json=_document(request, claims), headers=_headers(token))


def revoke(request: IdentityRequest) -> None:
    _, claims = _subject(request)
    request.authorize({"user_id": claims.user_id})
    request.services.identity.revoke(claims)


def catalog(request: IdentityRequest) -> Json:
    claims = claims_of(request)
    if claims.scope.kind == "unscoped":
        raise Forbidden("A token without a scope has no catalog.")
    built = request.services.identity.catalog.build(claims.user_id, _project_id(claims))
    return {"catalog": view.entries(built), "links": own_link(request)}


def projects(request: IdentityRequest) -> Json:
    return reachable(request, request.context.user_id, "project")


def domains(request: IdentityRequest) -> Json:
    return reachable(request, request.context.user_id, "domain")


def system(request: IdentityRequest) -> Json:
    roles = request.services.identity.assignments.effective(request.context.user_id, "system", None)
    return {"system": [{"all": True}] if roles else [], "links": own_link(request)}


def reachable(request: IdentityRequest, user_id: str, kind: TargetKind) -> Json:
    """The enabled projects or domains in which a user has a role."""
    identity = request.services.identity
    ids = tuple(sorted(identity.assignments.targets_of(user_id, kind)))
    found = identity.projects.list(id=ids, is_domain=kind == "domain", enabled=True) if ids else ()
    show_one = domain_view.show if kind == "domain" else project_view.show
    return listing(request, f"{kind}s", [show_one(request.base_url, item) for item in found])


def _subject(request: IdentityRequest) -> tuple[str, Claims]:
    token = request.http.headers.get(SUBJECT, "")
    try:
        claims = request.services.identity.inspect(token)
    except Unauthenticated:
        # The caller is known; it is the token asked about that is not there.
        raise token_unknown() from None
    if claims.limited and not _minds_rules(request):
        raise token_unknown()  # for whoever would let its bearer do everything
    return token, claims


def _minds_rules(request: IdentityRequest) -> bool:
    try:
        return float(request.http.headers.get(MINDS_RULES, "0")) >= RULES_VERSION
    except ValueError:
        return False


def _document(request: IdentityRequest, claims: Claims) -> Json:
    identity = request.services.identity
    ids = tuple(filter(None, {claims.user_domain_id, claims.scope.domain_id}))
    names = {domain.id: domain.name for domain in identity.projects.list(id=ids)}
    roles = identity.roles.list(domain_id=None, name=claims.roles) if claims.roles else ()
    scoped = claims.scope.kind != "unscoped" and "nocatalog" not in request.query
    built = identity.catalog.build(claims.user_id, _project_id(claims)) if scoped else None
    by_name = sorted(roles, key=lambda role: role.name)
    return {"token": view.show(claims, names, by_name, built, _credential(request, claims))}


def _credential(request: IdentityRequest, claims: Claims) -> dict[str, object] | None:
    if not claims.application_credential_id:
        return None
    credentials = request.services.identity.application_credentials
    credential = credentials.show(claims.application_credential_id)
    return credential_view.in_token(credential, credentials.rules_of(credential))


def _project_id(claims: Claims) -> str:
    return claims.scope.id if claims.scope.kind == "project" else ""


def _headers(token: str) -> dict[str, str]:
    return {"X-Subject-Token": token}
