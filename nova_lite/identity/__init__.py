"""The embedded identity service: what Keystone is to OpenStack. Domain logic only: no HTTP, no SQL."""

from __future__ import annotations

from nova_lite.identity.bell import Bell
from nova_lite.identity.bootstrap import Plan, bootstrap
from nova_lite.identity.keys import KeyRing, create_key, ensure_key, retire_keys
from nova_lite.identity.passwords import PasswordHasher
from nova_lite.identity.service import Identity

__all__ = [
    "Bell", "Identity", "KeyRing", "PasswordHasher", "Plan", "bootstrap", "create_key", "ensure_key", "retire_keys",
]
