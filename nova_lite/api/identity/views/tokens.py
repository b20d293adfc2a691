"""How a token looks from outside: what it states, with names, ids and the catalog."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.core.clock import isoformat_micro
from nova_lite.identity.catalog import CatalogEntry
from nova_lite.identity.tokens import Claims
from nova_lite.objects.identity import Endpoint, Role


def show(
    claims: Claims, domain_names: dict[str, str], roles: Sequence[Role], catalog: Sequence[CatalogEntry] | None,
    credential: dict[str, object] | None,
) -> dict[str, object]:
    """``domain_names`` by id; ``roles`` are those that the claims name; ``catalog`` None leaves it out.

    ``credential``: the application credential behind the token, as tokens tell of it.
    """
    shown: dict[str, object] = {
        "methods": list(claims.methods), "audit_ids": list(claims.audit_ids),
        "issued_at": f"{isoformat_micro(claims.issued_at)}Z", "expires_at": f"{isoformat_micro(claims.expires_at)}Z",
        "user": {
            "id": claims.user_id, "name": claims.user_name, "password_expires_at": None,
            "domain": _domain(claims.user_domain_id, domain_names),
        },
    }
    scope = claims.scope
    if scope.kind == "unscoped":
        return shown
    if scope.kind == "project":
        shown["project"] = {"id": scope.id, "name": scope.name, "domain": _domain(scope.domain_id, domain_names)}
        shown["is_domain"] = False
    elif scope.kind == "domain":
        shown["domain"] = {"id": scope.id, "name": scope.name}
    else:
        shown["system"] = {"all": True}
    if credential is not None:
        shown["application_credential"] = credential
    shown["roles"] = [{"id": role.id, "name": role.name} for role in roles]
    if catalog is not None:
        shown["catalog"] = entries(catalog)
    return shown


def entries(catalog: Sequence[CatalogEntry]) -> list[dict[str, object]]:
    """The catalog within a token, or alone."""
    return [
        {
            "id": entry.service.id, "type": entry.service.type, "name": entry.service.name,
            "endpoints": [_endpoint(endpoint) for endpoint in entry.endpoints],
        }
        for entry in catalog
    ]


def _endpoint(endpoint: Endpoint) -> dict[str, object]:
    return {
        "id": endpoint.id, "interface": endpoint.interface, "region_id": endpoint.region_id,
        "region": endpoint.region_id, "url": endpoint.url,
    }


def _domain(id: str, names: dict[str, str]) -> dict[str, object]:
    return {"id": id, "name": names.get(id, id)}
