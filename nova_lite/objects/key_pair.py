"""KeyPair: a user's public key."""

from __future__ import annotations

from typing import Literal

from nova_lite.objects.base import Value


class KeyPair(Value, frozen=True, kw_only=True):
    """``public_key`` in OpenSSH format, or an X.509 certificate; ``fingerprint`` MD5 with colons, as Nova shows it."""

    id: int = 0
    user_id: str
    name: str
    type: Literal["ssh", "x509"] = "ssh"
    public_key: str
    fingerprint: str
    created_at: float
