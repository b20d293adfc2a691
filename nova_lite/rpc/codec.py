"""Codec: from requests and answers to signed bytes, and back with every check that needs no contract."""

from __future__ import annotations

from typing import TypeVar

from nova_lite.rpc.envelope import VERSION, Answer, Frame, Head, Request
from nova_lite.rpc.errors import Oversize, Refused, UnknownEnvelope
from nova_lite.rpc.serializer import Schema, WrongType
from nova_lite.rpc.signing import Signer

B = TypeVar("B", Request, Answer)

_FRAME: Schema[Frame] = Schema(Frame)
_HEAD: Schema[Head] = Schema(Head)
_REQUEST: Schema[Request] = Schema(Request)
_ANSWER: Schema[Answer] = Schema(Answer)


class Codec:
    """Seals what this process says, opens what others say."""

    def __init__(self, signer: Signer, max_message: int) -> None:
        self._signer, self._max_message = signer, max_message

    def seal_request(self, request: Request) -> bytes:
        """:raises Oversize: the message would be larger than the bus carries."""
        return self._seal(_REQUEST.encode_unchecked(request), f"{request.interface}.{request.method}")

    def seal_answer(self, answer: Answer) -> bytes:
        """:raises Oversize: see :meth:`seal_request`."""
        return self._seal(_ANSWER.encode_unchecked(answer), "answer")

    def _seal(self, body: bytes, title: str) -> bytes:
        if len(body) > self._max_message:
            raise Oversize(f"{title}: {len(body)} bytes, the bus carries {self._max_message}", size=len(body))
        return _FRAME.encode_unchecked(Frame(VERSION, body, self._signer.sign(body)))

    def open_request(self, payload: bytes) -> Request:
        """Read a request whose sender is who it claims to be. Its age is for Freshness to judge.

        :raises Refused, BadSignature, Oversize: what is wrong, and who sent it as far as that is known.
        """
        return self._open(payload, _REQUEST)

    def open_answer(self, payload: bytes) -> Answer:
        """:raises Refused, BadSignature, Oversize: see :meth:`open_request`."""
        return self._open(payload, _ANSWER)

    def _open(self, payload: bytes, schema: Schema[B]) -> B:
        if len(payload) > self._max_message + 1024:
            raise Oversize(f"message of {len(payload)} bytes, the bus carries {self._max_message}", size=len(payload))
        frame = _frame(payload)
        try:
            body = schema.decode(frame.body)
        except WrongType as error:
            raise Refused(f"malformed message: {error}") from error
        self._signer.verify(body.sender, frame.body, frame.signature)
        return body


def _frame(payload: bytes) -> Frame:
    try:
        frame = _FRAME.decode(payload)
    except WrongType as error:
        raise _misfit(payload, error) from error
    if frame.envelope != VERSION:
        raise UnknownEnvelope(f"envelope version {frame.envelope} is not understood, {VERSION} is")
    return frame


def _misfit(payload: bytes, error: WrongType) -> Refused:
    try:
        head = _HEAD.decode(payload)
    except WrongType:
        return Refused(f"malformed message: {error}")
    if head.envelope != VERSION:
        return UnknownEnvelope(f"envelope version {head.envelope} is not understood, {VERSION} is")
    return Refused(f"malformed envelope: {error}")


