"""From the body of a login to what the identity service asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from nova_lite.api.identity.schemas.tokens import METHODS
from nova_lite.core.errors import Invalid
from nova_lite.identity.login import ByApplicationCredential, ByPassword, ByToken, Login, Named, Proof, WantedScope

Part = Mapping[str, object]


def parse(auth: Part) -> Login:
    """The login of a body that its schema admits.

    :raises Invalid: a method that is not spoken here.
    """
    identity = _part(auth, "identity")
    methods = cast("list[str]", identity["methods"])
    for method in methods:
        if method not in METHODS:
            raise Invalid(f"There is no method {method}.", field="methods")
    return Login(
        proofs=tuple(_proof(method, _part(identity, method)) for method in dict.fromkeys(methods)),
        scope=_scope(auth.get("scope")),
    )


def _proof(method: str, part: Part) -> Proof:
    if method == "password":
        user = _part(part, "user")
        return ByPassword(user=_named(user), password=str(user["password"]))
    if method == "token":
        return ByToken(token=str(part["id"]))
    return ByApplicationCredential(
        id=_text(part, "id"), name=_text(part, "name"), user=_named(_part(part, "user")), secret=str(part["secret"]),
    )


def _scope(scope: object) -> WantedScope:
    if scope is None:
        return WantedScope()
    if isinstance(scope, str) or "unscoped" in cast("Part", scope):
        return WantedScope(kind="unscoped")
    part = cast("Part", scope)
    if "system" in part:
        return WantedScope(kind="system")
    if "domain" in part:
        return WantedScope(kind="domain", target=_named(_part(part, "domain")))
    return WantedScope(kind="project", target=_named(_part(part, "project")))


def _named(part: Part) -> Named:
    domain = _part(part, "domain")
    return Named(
        id=_text(part, "id"), name=_text(part, "name"), domain_id=_text(domain, "id"),
        domain_name=_text(domain, "name"),
    )


def _part(part: Part, name: str) -> Part:
    return cast("Part", part.get(name) or {})


def _text(part: Part, name: str) -> str:
    return str(part.get(name) or "")
