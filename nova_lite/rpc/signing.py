"""Who says so: Ed25519 key pairs of services and their signatures.

A key directory holds ``<identity>.key`` (the private key, PKCS #8 PEM, mode 0600; only of the identities that run
here) and ``trusted/<identity>.pub`` (public keys, PEM) of everybody whose word counts.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple, Protocol

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

from nova_lite.core.clock import Clock, SystemClock
from nova_lite.core.errors import Invalid, NotFound
from nova_lite.rpc.errors import BadSignature, CannotSend

_IDENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{0,254}")
GLANCE = 1.0  # seconds between two looks whether an identity is still trusted
_DOMAIN = b"nova-lite rpc envelope 2\0"  # a signature of ours means nothing in any other protocol


class Signer(Protocol):
    """Puts and checks signatures."""

    def sign(self, body: bytes) -> bytes: ...
    def verify(self, sender: str, body: bytes, signature: bytes) -> None:
        """:raises BadSignature: ``sender`` is not trusted, or did not sign exactly these bytes."""
        ...

    def check(self, sender: str) -> bytes:
        """The public key of ``sender`` as it is trusted now.

        :raises BadSignature: it is not trusted, or not any more.
        """
        ...


class NoSigner:
    """For a bus that trusts its wire: nothing is signed, every sender is believed."""

    def sign(self, body: bytes) -> bytes:
        return b""

    def verify(self, sender: str, body: bytes, signature: bytes) -> None:
        """Everything is believed."""

    def check(self, sender: str) -> bytes:
        """Everybody is trusted."""
        return b""


class Trusted(NamedTuple):
    """A public key as its file had it: ``stamp`` tells versions of the file apart, ``at`` is the last look."""

    key: Ed25519PublicKey
    raw: bytes
    stamp: tuple[int, int]
    at: float


class Keyring:
    """Signs as one identity, and verifies all those in ``trusted``.

    The directory is the truth: a host that is enrolled later needs no restart, and one whose public key is taken away
    or replaced is believed for ``GLANCE`` seconds at most.
    """

    def __init__(self, directory: Path, identity: str, clock: Clock | None = None, prefix: str = "") -> None:
        """:param prefix: what the names of services have before their topic. :raises NotFound: no private key there."""
        self._prefix = prefix
        self._members: dict[str, tuple[list[str], float]] = {}
        self._trusted = directory / "trusted"
        self._clock = clock or SystemClock()
        self._known: dict[str, Trusted] = {}
        path = directory / f"{checked_identity(identity)}.key"
        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except FileNotFoundError as error:
            raise NotFound(f"no private key of {identity!r} in the key directory", identity=identity) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise Invalid(f"the key of {identity!r} is not an Ed25519 key", identity=identity)
        self._key = key

    def sign(self, body: bytes) -> bytes:
        return self._key.sign(_DOMAIN + body)

    def verify(self, sender: str, body: bytes, signature: bytes) -> None:
        """:raises BadSignature: see :class:`Signer`."""
        if not signature:
            raise BadSignature(f"message of {sender!r} is not signed", sender=sender)
        try:
            self._public(sender).key.verify(signature, _DOMAIN + body)
        except InvalidSignature as error:
            raise BadSignature(f"message is not signed by {sender!r}", sender=sender) from error

    def check(self, sender: str) -> bytes:
        """:raises BadSignature: see :class:`Signer`."""
        return self._public(sender).raw

    def readers(self, target: str) -> list[bytes]:
        """The public keys of all trusted identities that serve a target (``topic`` or ``topic.host``).

        They are named after it: ``service@host``, the service being the topic with this bus's prefix.

        :raises CannotSend: there is none.
        """
        topic, _, host = target.partition(".")
        service = f"{self._prefix}{topic}"
        known, now = self._members.get(target, ([], -GLANCE)), self._clock.monotonic()
        if now - known[1] >= GLANCE:
            # A host's name has no sign that glob would take for a pattern.
            names = [path.stem for path in sorted(self._trusted.glob(f"{service}@{host or '*'}.pub"))]
            known = self._members[target] = names, now
        if not known[0]:
            raise CannotSend(
                f"nobody who serves {target} is trusted, so nobody could read the encrypted message: there is no "
                f"{service}@{host or '*'}.pub", target=target,
            )
        return [self.check(name) for name in known[0]]

    def private_key(self) -> Ed25519PrivateKey:
        """This identity's own."""
        return self._key

    def _public(self, sender: str) -> Trusted:
        found, now = self._known.get(sender), self._clock.monotonic()
        if found is None or now - found.at > GLANCE:
            self._known.pop(sender, None)
            found = self._known[sender] = self._look(sender, found, now)
        return found

    def _look(self, sender: str, known: Trusted | None, now: float) -> Trusted:
        if not _IDENTITY.fullmatch(sender):
            raise BadSignature(f"{sender!r} is not an identity", sender=sender)
        path = self._trusted / f"{sender}.pub"
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            if known is not None and known.stamp == stamp:
                return known._replace(at=now)
            key = load_pem_public_key(path.read_bytes())
        except (FileNotFoundError, ValueError) as error:
            raise BadSignature(f"{sender!r} is not trusted", sender=sender) from error
        if not isinstance(key, Ed25519PublicKey):
            raise BadSignature(f"the public key of {sender!r} is not an Ed25519 key", sender=sender)
        return Trusted(key, key.public_bytes(Encoding.Raw, PublicFormat.Raw), stamp, now)


def generate(directory: Path | str, identity: str) -> Path:
    """Make a key pair of ``identity`` unless it is there, trust it in this directory, and return the public key's path.

    The public file is what other machines need in their ``trusted``.
    """
    base = Path(directory)
    trusted = base / "trusted"
    trusted.mkdir(parents=True, exist_ok=True, mode=0o755)
    private, public = base / f"{checked_identity(identity)}.key", trusted / f"{identity}.pub"
    if private.exists():
        key = load_pem_private_key(private.read_bytes(), None)
    else:
        key = Ed25519PrivateKey.generate()
        descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public


def checked_identity(identity: str) -> str:
    """The identity. Raises Invalid: it has signs that no name of a key file may have."""
    if not _IDENTITY.fullmatch(identity):
        raise Invalid(f"{identity!r} is not an identity: letters, digits, '@', '.', '_' and '-'", identity=identity)
    return identity
