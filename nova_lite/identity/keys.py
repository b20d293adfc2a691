"""The keys that sign tokens: Ed25519 pairs in a directory that the API's workers share.

``NNNN.pem`` is a private key (PKCS#8, mode 0600), ``NNNN.pub`` a public key alone (PEM), for a host that only checks
tokens or that is told of a key before it is first used. The highest private number signs; every key found checks.
Rotation is therefore a new file: a process that meets an unknown key id looks at the directory again, and one that
signs looks now and then. A key is removed once the tokens it signed have expired.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import logging
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from nova_lite.core.clock import Clock
from nova_lite.identity.errors import KeysMissing

LOG = logging.getLogger(__name__)
RELOAD_INTERVAL = 1.0  # seconds between looks at the directory, whatever key ids strangers make up
SIGNER_LIFE = 60.0  # seconds until somebody who signs looks whether there is a newer key


@dataclasses.dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs now."""

    id: str
    key: Ed25519PrivateKey


class KeyRing:
    """Signs with the newest key, checks with any.

    :raises KeysMissing: ``directory`` holds no private key.
    """

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._public: dict[str, Ed25519PublicKey] = {}
        self._loaded_at = 0.0
        self._load()

    def signer(self) -> Signer:
        """The newest key, not older news than ``SIGNER_LIFE``."""
        if self._clock.monotonic() - self._loaded_at > SIGNER_LIFE:
            self._load()
        return self._signer

    def check(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Whether the key ``key_id`` is ours and signed ``message``."""
        key = self._public.get(key_id) or self._reloaded(key_id)
        if key is None:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def _reloaded(self, key_id: str) -> Ed25519PublicKey | None:
        if self._clock.monotonic() - self._loaded_at < RELOAD_INTERVAL:
            return None
        self._load()
        return self._public.get(key_id)

    def _load(self) -> None:
        self._loaded_at = self._clock.monotonic()
        private = sorted(self._directory.glob("*.pem"))
        if not private:
            raise KeysMissing(f"No token key (*.pem) in {self._directory}: run nova-lite-manage bootstrap.")
        public = {}
        for path in sorted(self._directory.glob("*.pub")):
            key = load_pem_public_key(path.read_bytes())
            if isinstance(key, Ed25519PublicKey):
                public[key_id(key)] = key
        for path in private:
            signing = _private_key(path)
            public[key_id(signing.public_key())] = signing.public_key()
        self._signer, self._public = Signer(key_id(signing.public_key()), signing), public


def key_id(key: Ed25519PublicKey) -> str:
    """Short name of a key, derived from the key itself: 16 hex digits."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def _private_key(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeysMissing(f"{path} is not an Ed25519 key.")
    return key


def create_key(directory: Path) -> Path:
    """Add a key with the next number; it signs from the next reload on. Safe when several processes try at once."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle, temporary = tempfile.mkstemp(dir=directory, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        path = _link_next(directory, Path(temporary))
    finally:
        os.unlink(temporary)
    LOG.info("created token key %s", path)
    return path


def _link_next(directory: Path, temporary: Path) -> Path:
    # A hard link appears whole or not at all, and fails when the number is taken.
    number = max((int(path.stem) for path in directory.glob("*.pem") if path.stem.isdigit()), default=0)
    while True:
        number += 1
        path = directory / f"{number:04}.pem"
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
            return path


def ensure_key(directory: Path) -> bool:
    """Create the first key of a directory that has none; True if it was this call that did."""
    if any(directory.glob("*.pem")):
        return False
    create_key(directory)
    return True


def retire_keys(directory: Path, longest_life: float, now: float) -> list[Path]:
    """Remove the keys of which no token can be valid any more; their paths.

    A key stops signing within ``SIGNER_LIFE`` after the next one was made, and its last token lives ``longest_life``.
    """
    keys = sorted(directory.glob("*.pem"))
    gone = [
        key for key, successor in itertools.pairwise(keys)
        if successor.stat().st_mtime + SIGNER_LIFE + longest_life < now
    ]
    for key in gone:
        key.unlink()
    return gone
