"""Codec: from requests and answers to signed bytes, and back with every check that needs no contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from nova_lite.rpc.envelope import VERSION, Answer, Frame, Head, Request
from nova_lite.rpc.errors import BadSignature, Oversize, Refused, UnknownEnvelope, UnknownSession
from nova_lite.rpc.serializer import Schema, WrongType
from nova_lite.rpc.sessions import Session, Sessions
from nova_lite.rpc.signing import Signer

B = TypeVar("B", Request, Answer)

_FRAME: Schema[Frame] = Schema(Frame)
_HEAD: Schema[Head] = Schema(Head)
_REQUEST: Schema[Request] = Schema(Request)
_ANSWER: Schema[Answer] = Schema(Answer)


class Opened(NamedTuple, Generic[B]):
    """What was read. ``session``: shared with its sender; ``coded``: it is what proved the sender, no signature."""

    body: B
    session: Session | None
    coded: bool


class Codec:
    """Seals what this process says, opens what others say. Without ``sessions`` everything is signed."""

    def __init__(self, signer: Signer, max_message: int, sessions: Sessions | None = None) -> None:
        self._signer, self._max_message, self._sessions = signer, max_message, sessions

    @property
    def proves(self) -> bool:
        """True when what it opens is certainly its sender's."""
        return self._sessions is not None

    @property
    def exchange(self) -> bytes:
        """This process's public session key; empty without sessions."""
        return b"" if self._sessions is None else self._sessions.exchange

    def seal_request(self, request: Request, sessions: Sequence[Session] = ()) -> bytes:
        """Signed, or with a code for each of ``sessions``.

        :raises Oversize: the message would be larger than the bus carries.
        """
        return self._seal(_REQUEST.encode_unchecked(request), f"{request.interface}.{request.method}", sessions)

    def seal_answer(self, answer: Answer, session: Session | None = None) -> bytes:
        """:raises Oversize: see :meth:`seal_request`."""
        return self._seal(_ANSWER.encode_unchecked(answer), "answer", () if session is None else (session,))

    def _seal(self, body: bytes, title: str, sessions: Sequence[Session]) -> bytes:
        if len(body) > self._max_message:
            raise Oversize(f"{title}: {len(body)} bytes, the bus carries {self._max_message}", size=len(body))
        if sessions:
            codes = {session.label: session.seal(body) for session in sessions}
            return _FRAME.encode_unchecked(Frame(VERSION, body, codes=codes))
        return _FRAME.encode_unchecked(Frame(VERSION, body, self._signer.sign(body)))

    def open_request(self, payload: bytes) -> Request:
        """Read a request whose sender is who it claims to be. Its age is for Freshness to judge.

        :raises Refused, BadSignature, Oversize: what is wrong, and who sent it as far as that is known.
        """
        return self.read_request(payload).body

    def open_answer(self, payload: bytes) -> Answer:
        """:raises Refused, BadSignature, Oversize: see :meth:`open_request`."""
        return self.read_answer(payload).body

    def read_request(self, payload: bytes) -> Opened[Request]:
        """:raises Refused, BadSignature, Oversize: see :meth:`open_request`."""
        return self._open(payload, _REQUEST)

    def read_answer(self, payload: bytes) -> Opened[Answer]:
        """:raises Refused, BadSignature, Oversize: see :meth:`open_request`."""
        return self._open(payload, _ANSWER)

    def _open(self, payload: bytes, schema: Schema[B]) -> Opened[B]:
        if len(payload) > self._max_message + 1024:
            raise Oversize(f"message of {len(payload)} bytes, the bus carries {self._max_message}", size=len(payload))
        frame = _frame(payload)
        try:
            body = schema.decode(frame.body)
        except WrongType as error:
            raise Refused(f"malformed message: {error}") from error
        if self._sessions is not None and frame.codes:
            return Opened(body, self._proved(self._sessions, body, frame), True)
        self._signer.verify(body.sender, frame.body, frame.signature)
        if self._sessions is None or not body.exchange:
            return Opened(body, None, False)
        return Opened(body, self._sessions.learn(body.sender, body.exchange, self._signer.check(body.sender)), False)

    def _proved(self, sessions: Sessions, body: Request | Answer, frame: Frame) -> Session:
        voucher = self._signer.check(body.sender)
        for label in frame.codes.keys() & sessions.labels():
            session = sessions.find(body.sender, body.exchange, label)
            if session is not None and session.voucher == voucher:
                if session.proves(frame.body, frame.codes[label]):
                    return session
                raise BadSignature(f"message is not sealed by {body.sender!r}", sender=body.sender)
        raise UnknownSession(f"no session with {body.sender!r}", sender=body.sender)


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


