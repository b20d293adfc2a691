"""Envelopes: the corpus of the envelope itself, whatever the contract: every form of frame, request and answer."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import inspect as types

from nova_lite.core.errors import NovaLiteError
from nova_lite.rpc.envelope import VERSION, Answer, Frame, Request
from nova_lite.rpc.errors import UnknownEnvelope
from nova_lite.rpc.notary import SIZE, digest
from nova_lite.rpc.wire.samples import CODEC, Message, Variants

PROOFS: tuple[tuple[bytes, dict[bytes, bytes]], ...] = (
    (b"", {}), (b"s" * 64, {}), (b"", {b"receiver": b"c" * 16}),
    (b"s" * 64, {b"receiver": b"c" * 16, b"another": b"d" * 16}),
)


def envelopes() -> Iterator[Message]:
    """The corpus of this version, always the same for the same version."""
    for kind, direction in ((Request, "request"), (Answer, "answer")):
        bodies = [msgspec.msgpack.encode(value) for value in Variants().of(types.type_info(kind))]
        frames = [Frame(VERSION, body) for body in bodies]
        frames += [Frame(VERSION, bodies[-1], signature, codes) for signature, codes in PROOFS[1:]]
        frames.append(Frame(VERSION, bodies[-1], b"s" * 64, {}, b"d" * SIZE + digest(bodies[-1])))
        for frame in frames:
            yield Message(kind.__name__, direction, msgspec.msgpack.encode(frame))


def replay_envelope(message: Message, major: int) -> str:
    """What this process does wrong with a message of an envelope of that version; empty when nothing.

    One of its own version it must read; any other it must refuse as what it is, not stumble over it.
    """
    read = CODEC.open_answer if message.direction == "answer" else CODEC.open_request
    try:
        read(message.payload)
    except UnknownEnvelope as error:
        return "" if major != VERSION else f"{message.method}: {error}"
    except NovaLiteError as error:
        return f"{message.method}: {error}"
    return "" if major == VERSION else f"{message.method} of version {major} is read as if it were one of {VERSION}"
