"""Encrypted: the corpus of the envelope around an envelope, made with keys and chances that everybody may know."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from nova_lite.core.errors import NovaLiteError
from nova_lite.rpc.envelope import VERSION
from nova_lite.rpc.privacy import Privacy
from nova_lite.rpc.sessions import Own
from nova_lite.rpc.wire.envelopes import envelopes, replay_envelope
from nova_lite.rpc.wire.samples import Message

TARGET = "corpus"


class Known:
    """The keys of sender and reader, which are one here, and what they draw by lot."""

    def __init__(self) -> None:
        half = X25519PrivateKey.from_private_bytes(b"s" * 32)
        self._own = Own.of(half)
        self._key = Ed25519PrivateKey.from_private_bytes(b"i" * 32)

    def readers(self, target: str) -> list[bytes]:
        return [self._key.public_key().public_bytes_raw()]

    def private_key(self) -> Ed25519PrivateKey:
        return self._key

    def current(self) -> Own:
        return self._own

    def owned(self) -> list[Own]:
        return [self._own]


def privacy() -> Privacy:
    """Closes what the corpus has, and opens it."""
    known = Known()
    return Privacy(known, known, sends=True, required=False, random=lambda size: b"r" * size)


def encrypted() -> Iterator[Message]:
    """The corpus of this version: every form of the envelope inside, for an identity and for a session."""
    closing, halves = privacy(), [Known().current().exchange]
    for message in envelopes():
        for readers in (closing.readers(TARGET), halves):
            yield message._replace(payload=closing.close(message.payload, readers))


def replay_encrypted(message: Message) -> str:
    """What this process does wrong with an encrypted message of this version; empty when nothing."""
    try:
        frame = privacy().open(message.payload)
    except NovaLiteError as error:
        return f"{message.method}: {error}"
    return replay_envelope(message._replace(payload=frame), VERSION)
