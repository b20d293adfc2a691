"""Tokens: signed statements of who somebody is and what they may do, checked without asking anybody.

``nl1.KEYID.CLAIMS.SIGNATURE``: claims in MessagePack and the Ed25519 signature of all that stands before it, both in
URL-safe base64 without padding. The holder can read a token, only a holder of a private key can write one.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Literal

import msgspec

from nova_lite.core.clock import Clock
from nova_lite.identity.errors import token_refused
from nova_lite.identity.keys import KeyRing
from nova_lite.objects.base import Value

PREFIX = "nl1"
LONGEST = 16384  # characters of a token that are looked at
REMEMBERED = 2048  # tokens whose signature was checked and need not be checked again

ScopeKind = Literal["unscoped", "project", "domain", "system"]


class Scope(Value, frozen=True, kw_only=True, array_like=True):
    """Where a token is good. ``id`` and ``name`` are the project's or the domain's; empty otherwise."""

    kind: ScopeKind = "unscoped"
    id: str = ""
    name: str = ""
    domain_id: str = ""


UNSCOPED = Scope()


class Claims(Value, frozen=True, kw_only=True, array_like=True):
    """What a token says. ``roles`` are names, implied ones included. ``audit_ids``: its own, then its ancestor's.

    Times are seconds since the epoch. New fields go to the end, with a default: older tokens stay readable.
    """

    user_id: str
    user_name: str
    user_domain_id: str
    scope: Scope = UNSCOPED
    roles: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("password",)
    issued_at: float
    expires_at: float
    audit_ids: tuple[str, ...]
    application_credential_id: str = ""
    limited: bool = False  # to what the credential's access rules name


class TokenBox:
    """Seals claims into tokens and opens tokens again."""

    def __init__(self, keys: KeyRing, clock: Clock, remembered: int = REMEMBERED) -> None:
        self._keys = keys
        self._clock = clock
        self._remembered = remembered
        self._opened: dict[str, Claims] = {}
        self._decoder = msgspec.msgpack.Decoder(Claims)

    def seal(self, claims: Claims) -> str:
        """The token that states ``claims``."""
        signer = self._keys.signer()
        # Without the last field where it says nothing: the release before can read such tokens, and refuses the others.
        stated = claims if claims.limited else msgspec.structs.astuple(claims)[:-1]
        head = f"{PREFIX}.{signer.id}.{_encode(msgspec.msgpack.encode(stated))}"
        return f"{head}.{_encode(signer.key.sign(head.encode()))}"

    def open(self, token: str) -> Claims:
        """What a token states.

        :raises TokenRefused: not a token of ours, changed on the way, or expired.
        """
        claims = self._opened.get(token)
        if claims is None:
            claims = self._check(token)
            self._remember(token, claims)
        if claims.expires_at <= self._clock.now():
            self._opened.pop(token, None)
            raise token_refused()
        return claims

    def _check(self, token: str) -> Claims:
        parts = token.split(".") if len(token) <= LONGEST and token.isascii() else []
        if len(parts) != 4 or parts[0] != PREFIX:
            raise token_refused()
        head = token.rpartition(".")[0].encode()
        try:
            if self._keys.check(parts[1], head, _decode(parts[3])):
                return self._decoder.decode(_decode(parts[2]))
        except (binascii.Error, msgspec.DecodeError):
            pass  # falls through to the one refusal: the bearer is not told how far it got
        raise token_refused()

    def _remember(self, token: str, claims: Claims) -> None:
        if len(self._opened) >= self._remembered:
            self._opened.pop(next(iter(self._opened)), None)  # the oldest
        self._opened[token] = claims


def new_audit_id() -> str:
    """A name for one token that can be shown and logged: it opens nothing."""
    return secrets.token_urlsafe(16)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(data) != text:
        raise binascii.Error("not the canonical form")  # else one token would have several spellings
    return data
