"""Identifiers, all from one random source that a simulation can seed."""

from __future__ import annotations

import random
import uuid

_random = random.SystemRandom()
_FIXED = 0xF << 76 | 0x3 << 62  # the bits of a UUID that are not random: its version and its variant
_VERSION_4 = 0x4 << 76 | 0x2 << 62


def new_uuid() -> str:
    """A random UUID (RFC 9562 version 4), lower case with dashes."""
    digits = new_hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def new_hex() -> str:
    """A random UUID as 32 hex digits: the form of identity's ids."""
    return f"{_random.getrandbits(128) & ~_FIXED | _VERSION_4:032x}"


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
