"""What somebody who wants a token says: who they are, how they prove it, and where they want to act."""

from __future__ import annotations

from typing import Literal

from nova_lite.objects.base import Value


class Named(Value, frozen=True, kw_only=True):
    """A record by its id, or by its name within a domain which itself goes by id or name."""

    id: str = ""
    name: str = ""
    domain_id: str = ""
    domain_name: str = ""


class ByPassword(Value, frozen=True, kw_only=True):
    user: Named
    password: str


class ByToken(Value, frozen=True, kw_only=True):
    token: str


class ByApplicationCredential(Value, frozen=True, kw_only=True):
    """``credential`` by id, or by name together with ``user``."""

    id: str = ""
    name: str = ""
    user: Named = Named()
    secret: str


Proof = ByPassword | ByToken | ByApplicationCredential


class WantedScope(Value, frozen=True, kw_only=True):
    """``default``: the user's own project if there is one and the user has a role in it, else none."""

    kind: Literal["default", "unscoped", "project", "domain", "system"] = "default"
    target: Named = Named()


class Login(Value, frozen=True, kw_only=True):
    """All proofs must hold and be about the same user."""

    proofs: tuple[Proof, ...]
    scope: WantedScope = WantedScope()
