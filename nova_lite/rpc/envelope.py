"""What travels: a frame around a request or an answer, version 2; and around that, when it is encrypted, version 3.

The frame is a msgpack map ``{"envelope": 2, "body": bytes, "signature": bytes}``. The signature covers the body as it
travels, byte for byte, so that there is nothing to canonicalise; or the digests of several bodies, which then travel
with each of them (:mod:`nova_lite.rpc.notary`). The body is a :class:`Request` or an :class:`Answer`.
Between processes that share a session the frame has ``codes`` instead of a signature: one per receiver that may get
it, under its label (:mod:`nova_lite.rpc.sessions`).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Detail

VERSION = 2
SEALED = 3  # the envelope of what is encrypted: it holds a frame of version 2


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An encrypted frame (:mod:`nova_lite.rpc.privacy`). ``exchange``: the sender's half of the key agreements.

    ``keys``: what ``secret`` is encrypted with, for each reader, under the first bytes of that one's half.
    """

    envelope: int
    exchange: bytes
    nonce: bytes
    keys: dict[bytes, bytes]
    secret: bytes


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The outermost layer. Without signature and codes nobody vouches for the body."""

    envelope: int
    body: bytes
    signature: bytes = b""
    codes: dict[bytes, bytes] = {}
    digests: bytes = b""


class Head(msgspec.Struct, frozen=True):
    """As much as every envelope version has: read when the whole is not understood."""

    envelope: int


class Circumstances(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A RequestContext as it travels."""

    request_id: str
    user_id: str = ""
    project_id: str = ""
    roles: tuple[str, ...] = ()
    user_name: str = ""
    project_name: str = ""
    deadline: float | None = None

    @classmethod
    def of(cls, context: RequestContext) -> Circumstances:
        return cls(
            context.request_id, context.user_id, context.project_id, context.roles, context.user_name,
            context.project_name, context.deadline,
        )

    def context(self, latest: float | None = None) -> RequestContext:
        """With a deadline of ``latest`` at most."""
        deadline = self.deadline
        if latest is not None and (deadline is None or deadline > latest):
            deadline = latest
        return RequestContext(
            self.request_id, self.user_id, self.project_id, self.roles, self.user_name, self.project_name, deadline,
        )


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call, cast or fanout.

    ``id`` is random: it is the correlation of the answer and the nonce against replay. ``target`` is whom the sender
    addressed; ``version`` what it speaks. ``reply_to`` is the caller's own address, which the answer repeats.
    ``sent_at`` and ``deadline``: seconds since the epoch; nobody executes the request after its deadline.
    ``exchange``: the caller's public session key; empty when nobody answers.
    """

    id: str
    kind: Literal["call", "cast", "fanout"]
    target: str
    interface: str
    version: str
    method: str
    arguments: bytes
    context: Circumstances
    sender: str
    reply_to: str
    sent_at: float
    deadline: float
    exchange: bytes = b""


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An error on its way back."""

    code: str
    message: str
    details: dict[str, Detail] = {}


class Answer(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="reply", omit_defaults=True
):
    """The end of a call: ``result`` in the type that the contract declares, or ``failure``.

    ``recipient`` repeats the request's ``reply_to``; it is empty when the request could not be read.
    """

    correlation: str
    recipient: str
    sender: str
    sent_at: float
    result: bytes = b""
    failure: Failure | None = None
    exchange: bytes = b""
