"""What can be wrong with a request to the identity service."""

from __future__ import annotations

from nova_lite.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, Unavailable


class TokenRefused(Unauthenticated):
    """The token is malformed, forged, expired or revoked; which of these is not told to the bearer."""

    code = "token_refused"


class LoginRefused(Unauthenticated):
    """Name, password or scope do not fit together. One message for all, so that nothing can be learned from it."""

    code = "login_refused"


class RecordNotFound(NotFound):
    code = "identity_not_found"


class NameTaken(Conflict):
    code = "identity_name_taken"


class InUse(Forbidden):
    """What is named cannot go yet: a domain that is still enabled, a project with projects below it."""

    code = "identity_in_use"


class Immutable(Forbidden):
    """The record is declared immutable, by its option of that name; only that can be changed."""

    code = "identity_immutable"


class BadReference(Invalid):
    """A field names a record that is not there."""

    code = "identity_bad_reference"


class ImpliedCycle(Forbidden):
    """A role would imply itself."""

    code = "identity_implied_cycle"


class KeysMissing(Unavailable):
    """The directory of token keys holds no key that can sign."""

    code = "identity_keys_missing"


def not_found(noun: str, identifier: str) -> RecordNotFound:
    """The error for a record that is not there; names the noun and the id."""
    return RecordNotFound(f"There is no {noun} {identifier}.", noun=noun, id=identifier)


def token_unknown() -> RecordNotFound:
    """For a token that is talked about, as opposed to the bearer's own; it is not repeated in the message."""
    return RecordNotFound("There is no such token.", noun="token")


def login_refused() -> LoginRefused:
    return LoginRefused("The credentials are not valid, or they are not good for the scope that was asked for.")


def token_refused() -> TokenRefused:
    return TokenRefused("A valid token is required.")
