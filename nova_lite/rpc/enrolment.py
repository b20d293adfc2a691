"""Enrolment: how a new identity becomes trusted without its private key, or any secret, travelling (docs/adr/0017).

The operator gets a ticket for one identity. The new machine makes its key, and proves with the ticket's secret that the
public half is its own; the answer proves in the same way that the keys it brings are the cloud's.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from nova_lite.core.errors import Forbidden, Invalid
from nova_lite.rpc.signing import checked_identity

_DOMAIN = b"nova-lite rpc enrolment 1\0"


class Ticket(NamedTuple):
    """``identity/id.secret`` in words; whoever has it can become that identity, once, before it expires."""

    identity: str
    id: str
    secret: str

    @classmethod
    def make(cls, identity: str) -> Ticket:
        """:raises Invalid: that is no identity."""
        return cls(checked_identity(identity), secrets.token_hex(8), secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> Ticket:
        """:raises Invalid: the text is no ticket."""
        identity, slash, rest = text.strip().partition("/")
        number, dot, secret = rest.partition(".")
        if not (slash and dot and number and secret):
            raise Invalid("a ticket is of the form identity/id.secret")
        return cls(checked_identity(identity), number, secret)

    def __str__(self) -> str:
        return f"{self.identity}/{self.id}.{self.secret}"

    @property
    def key(self) -> bytes:
        """What proofs are made with: the secret itself is nobody's business but its owner's."""
        return hashlib.sha256(_DOMAIN + self.secret.encode()).digest()


class Application(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a new machine sends. ``public_key`` is PEM."""

    ticket: str
    identity: str
    public_key: str
    proof: str


class Welcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What it gets: the public keys, PEM by identity, of those whom it is to trust."""

    keys: dict[str, str]
    proof: str


def apply(ticket: Ticket, public_key: str) -> Application:
    """Ask to be trusted."""
    proof = _proof(ticket.key, "apply", ticket.id, ticket.identity, public_key)
    return Application(ticket=ticket.id, identity=ticket.identity, public_key=public_key, proof=proof)


def check_application(application: Application, key: bytes) -> None:
    """:raises Forbidden: not made with the ticket. :raises Invalid: it brings no Ed25519 key."""
    expected = _proof(key, "apply", application.ticket, application.identity, application.public_key)
    if not hmac.compare_digest(expected, application.proof):
        raise Forbidden("the ticket does not prove this application", identity=application.identity)
    try:
        public = load_pem_public_key(application.public_key.encode())
    except ValueError as error:
        raise Invalid("public_key is not a public key in PEM") from error
    if not isinstance(public, Ed25519PublicKey):
        raise Invalid("public_key is not an Ed25519 key")


def welcome(application: Application, key: bytes, keys: dict[str, str]) -> Welcome:
    """The answer to an application that was accepted."""
    return Welcome(keys=keys, proof=_welcome_proof(application, key, keys))


def check_welcome(answer: Welcome, application: Application, key: bytes) -> None:
    """:raises Forbidden: it was not made by who issued the ticket."""
    for identity in answer.keys:
        checked_identity(identity)
    if not hmac.compare_digest(_welcome_proof(application, key, answer.keys), answer.proof):
        raise Forbidden("the answer does not come from the cloud that issued the ticket")


def _welcome_proof(application: Application, key: bytes, keys: dict[str, str]) -> str:
    parts = [part for item in sorted(keys.items()) for part in item]
    return _proof(key, "welcome", application.public_key, *parts)


def _proof(key: bytes, *parts: str) -> str:
    text = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(key, _DOMAIN + text, "sha256").hexdigest()
