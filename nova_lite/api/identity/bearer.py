"""What the caller's own token says beyond the request context: domains and methods."""

from __future__ import annotations

from nova_lite.api.identity.services import IdentityServices
from nova_lite.api.request import Request
from nova_lite.identity.tokens import Claims
from nova_lite.objects.identity import DEFAULT_DOMAIN


def claims_of(request: Request[IdentityServices]) -> Claims:
    """The claims of the caller's token; only for routes that need one."""
    return request.services.identity.claims(request.http.headers.get("X-Auth-Token", ""))


def domain_of(request: Request[IdentityServices]) -> str:
    """Where the caller's new records go when it names no domain: the scope's, else the default domain."""
    scope = claims_of(request).scope
    if scope.kind == "domain":
        return scope.id
    return scope.domain_id or DEFAULT_DOMAIN


def own_domains(request: Request[IdentityServices]) -> frozenset[str]:
    """The domains that the caller belongs to or acts in."""
    return frozenset({claims_of(request).user_domain_id, domain_of(request)})
