"""Frames: AMQP 0-9-1 as far as every message needs it. py-amqp does the rest: connections, declarations, errors.

py-amqp reads three times per frame and builds a dozen objects per message; publishing, deliveries and confirmations
are most of what a bus does. Layouts: AMQP 0-9-1 specification, sections 2.3.5 (frames) and 1.8 (class basic).
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import amqp

METHOD, HEADER, BODY = 1, 2, 3
END = 0xCE
BASIC = 60
PUBLISH, DELIVER, ACK, REJECT, NACK = 40, 60, 80, 90, 120
OVERHEAD = 8  # bytes of a frame around its payload

_HEAD = struct.Struct(">BHI")
_METHOD = struct.Struct(">HH")
_CONTENT = struct.Struct(">HHQH")
_CONFIRM = struct.Struct(">QB")
_TAG = struct.Struct(">QB")
_ACK_FRAME = struct.Struct(">BHIHHQBB")

# Property flags in the order in which the properties follow.
_DELIVERY_MODE, _CORRELATION, _REPLY_TO, _EXPIRATION, _MESSAGE_ID = 0x1000, 0x0400, 0x0200, 0x0100, 0x0080
_TEXTS = (
    (_CORRELATION, "correlation_id"), (_REPLY_TO, "reply_to"), (_EXPIRATION, "expiration"), (_MESSAGE_ID, "message_id"),
)
_KNOWN = _DELIVERY_MODE | _CORRELATION | _REPLY_TO | _EXPIRATION | _MESSAGE_ID

Frame = tuple[int, int, bytes]
"""Type, channel, payload."""


class Delivery(NamedTuple):
    """A message as it came. ``properties`` are named as in the specification."""

    tag: int
    redelivered: bool
    properties: dict[str, Any]
    body: bytes


class Way(NamedTuple):
    """Where messages are published: everything of the method frame but its channel."""

    exchange: str
    key: str
    mandatory: bool


def method_frame(channel: int, way: Way) -> bytes:
    """The frame that announces a message."""
    arguments = b"\0\0" + _short(way.exchange) + _short(way.key) + bytes((way.mandatory,))
    return _frame(METHOD, channel, _METHOD.pack(BASIC, PUBLISH) + arguments)


def content_frames(channel: int, frame_max: int, body: bytes, *, delivery_mode: int, **texts: str) -> bytes:
    """The frames of a message's properties and body. ``texts``: the textual properties that it has."""
    flags, parts = _DELIVERY_MODE, [bytes((delivery_mode,))]
    for flag, name in _TEXTS:
        if name in texts:
            flags |= flag
            parts.append(_short(texts[name]))
    header = _CONTENT.pack(BASIC, 0, len(body), flags) + b"".join(parts)
    size = frame_max - OVERHEAD
    if len(body) <= size:
        bodies = _frame(BODY, channel, body) if body else b""
    else:
        bodies = b"".join(_frame(BODY, channel, body[at : at + size]) for at in range(0, len(body), size))
    return _frame(HEADER, channel, header) + bodies


def ack_frame(channel: int, tag: int, multiple: bool) -> bytes:
    """Acknowledge one message, or all up to it."""
    return _ACK_FRAME.pack(METHOD, channel, 13, BASIC, ACK, tag, multiple, END)


def reject_frame(channel: int, tag: int) -> bytes:
    """Give one message back, for somebody else."""
    return _ACK_FRAME.pack(METHOD, channel, 13, BASIC, REJECT, tag, True, END)


class Splitter:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._data, self._at = b"", 0  # what has come, and how much of it was given out

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete now.

        :raises amqp.UnexpectedFrame: this is not AMQP.
        """
        data, at = self._data[self._at :] + data, 0
        self._data, self._at, length = data, at, len(data)
        while length - at >= OVERHEAD:
            kind, channel, size = _HEAD.unpack_from(data, at)
            start, end = at + _HEAD.size, at + OVERHEAD + size
            if end > length:
                break
            if data[end - 1] != END:
                raise amqp.exceptions.UnexpectedFrame(f"a frame ends with {data[end - 1]:#x}")
            # Before somebody is given the frame: what it does may fail, and the stream must go on behind it.
            self._at = at = end
            yield kind, channel, data[start : end - 1]
        self._data, self._at = data[at:], 0


class Deliveries:
    """Puts the deliveries of one channel together."""

    def __init__(self, deliver: Callable[[Delivery], None]) -> None:
        self._deliver = deliver
        self._method = b""
        self._properties: dict[str, Any] = {}
        self._missing = 0
        self._chunks: list[bytes] = []

    def take(self, kind: int, payload: bytes) -> bool:
        """False when the frame belongs to something else."""
        if self._method:
            self._take_content(kind, payload)
            return True
        if kind == METHOD and _METHOD.unpack_from(payload) == (BASIC, DELIVER):
            self._method = payload
            return True
        return False

    def _take_content(self, kind: int, payload: bytes) -> None:
        if kind == HEADER:
            self._missing, self._properties = read_header(payload)
        elif kind == BODY:
            self._chunks.append(payload)
            self._missing -= len(payload)
        else:
            raise amqp.exceptions.UnexpectedFrame(f"frame of type {kind} within a message")
        if self._missing == 0:
            method, properties, chunks = self._method, self._properties, self._chunks
            self._method, self._properties, self._chunks = b"", {}, []
            tag, redelivered = _TAG.unpack_from(method, 5 + method[4])
            body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            self._deliver(Delivery(tag, bool(redelivered), properties, body))


def confirmation(kind: int, payload: bytes) -> tuple[int, bool, bool] | None:
    """Tag, multiple, and whether it is an ack, when the frame is an ack or a nack."""
    if kind != METHOD:
        return None
    basic, method = _METHOD.unpack_from(payload)
    if basic != BASIC or method not in (ACK, NACK):
        return None
    tag, bits = _CONFIRM.unpack_from(payload, 4)
    return tag, bool(bits & 1), method == ACK


def read_header(payload: bytes) -> tuple[int, dict[str, Any]]:
    """Size of the body, and properties."""
    _, _, size, flags = _CONTENT.unpack_from(payload)
    if flags & ~_KNOWN:
        message = amqp.Message()  # by somebody else: with properties that we never set
        message.inbound_header(payload)
        return size, message.properties
    at, properties = _CONTENT.size + bool(flags & _DELIVERY_MODE), {}
    for name in _texts(flags):
        end = at + 1 + payload[at]
        properties[name] = payload[at + 1 : end].decode("utf-8", "replace")
        at = end
    return size, properties


@functools.cache
def _texts(flags: int) -> tuple[str, ...]:
    """The textual properties that a header has, in their order."""
    return tuple(name for flag, name in _TEXTS if flags & flag)


def _frame(kind: int, channel: int, payload: bytes) -> bytes:
    return _HEAD.pack(kind, channel, len(payload)) + payload + b"\xce"


def _short(text: str) -> bytes:
    raw = text.encode()
    return bytes((len(raw),)) + raw
