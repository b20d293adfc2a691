"""Privacy: messages that only their receivers can read (docs/adr/0016).

A frame, signature and all, is encrypted once (ChaCha20-Poly1305) with a key of its own, and that key once for each
reader, with a key that both derive from an X25519 agreement. The sender's half is its exchange of this hour
(:mod:`nova_lite.rpc.sessions`). The reader's half is the exchange of a process that shares a session with the sender;
otherwise that of its identity, which follows from its Ed25519 key, so that nothing more has to be handed out.
"""

from __future__ import annotations

import collections
import hashlib
import os
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nova_lite.core import concurrency
from nova_lite.rpc.envelope import SEALED, Sealed
from nova_lite.rpc.errors import BadSignature, Refused, UnknownSession
from nova_lite.rpc.serializer import Schema, WrongType
from nova_lite.rpc.sessions import LABEL, Own

KEPT = 4096  # agreements that are remembered
NONCE = 12
_DOMAIN = b"nova-lite rpc privacy 3\0"
_PRIME = 2**255 - 19
_SEALED: Schema[Sealed] = Schema(Sealed)


class Readers(Protocol):
    """Knows who may read what is sent to a target."""

    def readers(self, target: str) -> list[bytes]:
        """Ed25519 public keys of every identity that may serve the target.

        :raises CannotSend: nobody is known.
        """
        ...

    def private_key(self) -> Ed25519PrivateKey:
        """This identity's own."""
        ...


class Halves(Protocol):
    """This process's key pairs for agreements."""

    def current(self) -> Own: ...
    def owned(self) -> list[Own]: ...


class Privacy:
    """Closes and opens messages for one process. ``sends``: what it sends is closed; it opens either way.

    ``random`` gives that many bytes that nobody can guess.
    """

    def __init__(
        self, readers: Readers, sessions: Halves, sends: bool, required: bool,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._readers, self._sessions, self._bytes = readers, sessions, random
        self.sends, self.required = sends, required
        self._identity = Own.of(agreement_key(readers.private_key()))
        self._lock = concurrency.lock()
        self._agreed: collections.OrderedDict[bytes, ChaCha20Poly1305] = collections.OrderedDict()
        self._points: dict[bytes, bytes] = {}

    def readers(self, target: str) -> list[bytes]:
        """The X25519 halves of every identity that may serve a target. Raises CannotSend: nobody is known."""
        return [self._point(key) for key in self._readers.readers(target)]

    def _point(self, key: bytes) -> bytes:
        if key not in self._points:
            self._points[key] = agreement_point(key)
        return self._points[key]

    def close(self, frame: bytes, readers: Sequence[bytes]) -> bytes:
        """The frame as only the owners of these X25519 halves can read it.

        :raises BadSignature: one of them is no key.
        """
        own, content, nonce = self._sessions.current(), self._bytes(32), self._bytes(NONCE)
        keys = {
            half[:LABEL]: self._agree(own, half, own.exchange + half).encrypt(nonce, content, None) for half in readers
        }
        secret = ChaCha20Poly1305(content).encrypt(nonce, frame, None)
        return _SEALED.encode_unchecked(Sealed(SEALED, own.exchange, nonce, keys, secret))

    def open(self, payload: bytes) -> bytes:
        """The frame inside.

        :raises UnknownSession: it is for others, or for a process that is no more.
        :raises BadSignature: it was changed on the way. :raises Refused: malformed.
        """
        try:
            sealed = _SEALED.decode(payload)
        except WrongType as error:
            raise Refused(f"malformed envelope: {error}") from error
        for own in (*self._sessions.owned(), self._identity):
            wrapped = sealed.keys.get(own.label)
            if wrapped is not None:
                return self._opened(sealed, own, wrapped)
        raise UnknownSession("message is encrypted for somebody else")

    def _opened(self, sealed: Sealed, own: Own, wrapped: bytes) -> bytes:
        try:
            key = self._agree(own, sealed.exchange, sealed.exchange + own.exchange)
            content = key.decrypt(sealed.nonce, wrapped, None)
            return ChaCha20Poly1305(content).decrypt(sealed.nonce, sealed.secret, None)
        except (InvalidTag, ValueError) as error:
            raise BadSignature("message was changed on its way: it cannot be decrypted") from error

    def _agree(self, own: Own, half: bytes, parties: bytes) -> ChaCha20Poly1305:
        with self._lock:
            found = self._agreed.get(parties)
            if found is not None:
                self._agreed.move_to_end(parties)
                return found
        try:
            shared = own.key.exchange(X25519PublicKey.from_public_bytes(half))
        except ValueError as error:
            raise BadSignature("a half of a key agreement is no key") from error
        made = ChaCha20Poly1305(HKDF(SHA256(), 32, salt=None, info=_DOMAIN + parties).derive(shared))
        with self._lock:
            self._agreed[parties] = made
            while len(self._agreed) > KEPT:
                self._agreed.popitem(last=False)
        return made


def is_sealed(payload: bytes) -> bool:
    """True when the outermost layer says that it is encrypted."""
    return payload[: len(_BEGIN)] == _BEGIN


_BEGIN = msgspec.msgpack.encode(Sealed(SEALED, b"", b"", {}, b""))[: len(b"\x85\xa8envelope\x03")]


def agreement_key(key: Ed25519PrivateKey) -> X25519PrivateKey:
    """The X25519 key of an Ed25519 identity: the scalar that its signatures use (RFC 8032 5.1.5, RFC 7748 5)."""
    return X25519PrivateKey.from_private_bytes(hashlib.sha512(key.private_bytes_raw()).digest()[:32])


def agreement_point(public: bytes) -> bytes:
    """The X25519 public half of an Ed25519 public key: u = (1 + y) / (1 - y) (RFC 7748 4.1)."""
    y = int.from_bytes(public, "little") & ((1 << 255) - 1)
    return ((1 + y) * pow(1 - y, -1, _PRIME) % _PRIME).to_bytes(32, "little")
