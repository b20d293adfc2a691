"""Identifiers, all from one random source that a simulation can seed."""

from __future__ import annotations

import random
import uuid

_random = random.SystemRandom()


def new_uuid() -> str:
    """A random UUID (RFC 9562 version 4), lower case with dashes."""
    return str(uuid.UUID(int=_random.getrandbits(128), version=4))


def new_hex() -> str:
    """A random UUID as 32 hex digits: the form of identity's ids."""
    return new_uuid().replace("-", "")


def new_request_id() -> str:
    """``req-`` and a UUID: the form of X-OpenStack-Request-ID."""
    return f"req-{new_uuid()}"


def is_uuid(text: str) -> bool:
    """True for a UUID in its canonical form or as 32 hex digits."""
    try:
        return str(uuid.UUID(text)).replace("-", "") == text.replace("-", "").lower()
    except ValueError:
        return False


def is_request_id(text: str) -> bool:
    """True for ``req-`` and a UUID."""
    return text.startswith("req-") and is_uuid(text[4:])
