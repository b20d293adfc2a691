"""Codec: from requests and answers to signed bytes, and back with every check that needs no contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import msgspec

from nova_lite.rpc.envelope import SEALED, VERSION, Answer, Frame, Head, Request
from nova_lite.rpc.errors import BadSignature, NotEncrypted, Oversize, Refused, UnknownEnvelope, UnknownSession
from nova_lite.rpc.notary import Notary, Proof
from nova_lite.rpc.privacy import Privacy, is_sealed
from nova_lite.rpc.serializer import Schema, WrongType
from nova_lite.rpc.sessions import Session, Sessions
from nova_lite.rpc.signing import Signer

B = TypeVar("B", Request, Answer)

OVERHEAD = 2048  # bytes that a frame adds to its body at most
KEYS = 1 << 20  # bytes that an encrypted message may spend on its readers
_FRAME: Schema[Frame] = Schema(Frame)
_HEAD: Schema[Head] = Schema(Head)
_REQUEST: Schema[Request] = Schema(Request)
_ANSWER: Schema[Answer] = Schema(Answer)
_NO_PROOF = Proof(b"")


class Opened(NamedTuple, Generic[B]):
    """What was read. ``session``: shared with its sender; ``coded``: it is what proved the sender, no signature.

    ``private``: it came encrypted.
    """

    body: B
    session: Session | None
    coded: bool
    private: bool = False


class Codec:
    """Seals what this process says, opens what others say. Without ``sessions`` everything is signed."""

    def __init__(
        self, signer: Signer, max_message: int, sessions: Sessions | None = None, privacy: Privacy | None = None
    ) -> None:
        self._signer, self._max_message, self._sessions = signer, max_message, sessions
        self._privacy, self._notary = privacy, Notary(signer)

    @property
    def reads(self) -> int:
        """The newest envelope that this process reads."""
        return VERSION if self._privacy is None else SEALED

    @property
    def writes(self) -> int:
        """The envelope that its requests have."""
        return SEALED if self._privacy is not None and self._privacy.sends else VERSION

    @property
    def proves(self) -> bool:
        """True when what it opens is certainly its sender's."""
        return self._sessions is not None

    @property
    def exchange(self) -> bytes:
        """This process's public session key; empty without sessions."""
        return b"" if self._sessions is None else self._sessions.exchange

    def seal_request(self, request: Request, sessions: Sequence[Session] = (), secret: bool = False) -> bytes:
        """Signed, or with a code for each of ``sessions``; encrypted for its readers if that is wanted, or it is
        secret.

        :raises Oversize: the message would be larger than the bus carries.
        :raises CannotSend: it is to be encrypted, and nobody is known who could read it.
        """
        prove = _unsigned if sessions else self._notary.sign
        frame = self._seal(_REQUEST.encode_unchecked(request), _title(request), sessions, prove)
        if self._privacy is None or not (secret or self._privacy.sends):
            return frame
        readers = [session.exchange for session in sessions] or self._privacy.readers(request.target)
        return self._privacy.close(frame, readers)

    def seal_cast(
        self, request: Request, sessions: Sequence[Session], secret: bool = False, together: bool = False
    ) -> bytes:
        """Signed, and with a code for each of ``sessions``; encrypted likewise, for all identities that may serve its
        target. ``together``: signed with what other tasks seal in the same moment.

        Nobody answers a cast, so nobody would tell that he lacks the session: such a server reads the signature. One
        that has it looks at its code, for a fortieth of what the check of a signature costs.

        :raises Oversize, CannotSend: see :meth:`seal_request`.
        """
        if sessions:
            request = msgspec.structs.replace(request, exchange=self.exchange)
        prove = self._notary.sign_together if together and self.proves else self._notary.sign
        frame = self._seal(_REQUEST.encode_unchecked(request), _title(request), sessions, prove)
        if self._privacy is None or not (secret or self._privacy.sends):
            return frame
        return self._privacy.close(frame, self._privacy.readers(request.target))

    def seal_answer(self, answer: Answer, session: Session | None = None, reader: bytes = b"") -> bytes:
        """With a ``reader``, the exchange of who asked, it is encrypted.

        :raises Oversize: see :meth:`seal_request`.
        """
        sessions = () if session is None else (session,)
        prove = self._notary.sign if session is None else _unsigned
        frame = self._seal(_ANSWER.encode_unchecked(answer), "answer", sessions, prove)
        return self._privacy.close(frame, [reader]) if self._privacy is not None and reader else frame

    def _seal(self, body: bytes, title: str, sessions: Sequence[Session], prove: Callable[[bytes], Proof]) -> bytes:
        if len(body) > self._max_message:
            raise Oversize(f"{title}: {len(body)} bytes, the bus carries {self._max_message}", size=len(body))
        codes = {session.label: session.seal(body) for session in sessions}
        signature, digests = prove(body)
        return _FRAME.encode_unchecked(Frame(VERSION, body, signature, codes, digests))

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
        opened = self._open(payload, _REQUEST)
        if self._privacy is not None and self._privacy.required and not opened.private:
            raise NotEncrypted(
                f"{opened.body.method} of {opened.body.sender!r} is not encrypted, which is required here",
                sender=opened.body.sender,
            )
        return opened

    def read_answer(self, payload: bytes) -> Opened[Answer]:
        """:raises Refused, BadSignature, Oversize: see :meth:`open_request`."""
        return self._open(payload, _ANSWER)

    def _open(self, payload: bytes, schema: Schema[B]) -> Opened[B]:
        private = self._privacy is not None and is_sealed(payload)
        if len(payload) > self._max_message + (KEYS if private else OVERHEAD):
            raise Oversize(f"message of {len(payload)} bytes, the bus carries {self._max_message}", size=len(payload))
        if self._privacy is not None and private:
            return self._read(self._privacy.open(payload), schema)._replace(private=True)
        return self._read(payload, schema)

    def _read(self, payload: bytes, schema: Schema[B]) -> Opened[B]:
        frame = _frame(payload)
        try:
            body = schema.decode(frame.body)
        except WrongType as error:
            raise Refused(f"malformed message: {error}") from error
        if self._sessions is not None and frame.codes:
            session = self._proved(self._sessions, body, frame)
            if session is not None:
                return Opened(body, session, True)
        self._notary.verify(body.sender, frame.body, Proof(frame.signature, frame.digests))
        if self._sessions is None or not body.exchange:
            return Opened(body, None, False)
        return Opened(body, self._sessions.learn(body.sender, body.exchange, self._signer.check(body.sender)), False)

    def _proved(self, sessions: Sessions, body: Request | Answer, frame: Frame) -> Session | None:
        """None: no code is for this process, and there is a signature to look at."""
        voucher = self._signer.check(body.sender)
        for own in sessions.owned():
            code = frame.codes.get(own.label)
            session = None if code is None else sessions.find(body.sender, body.exchange, own.label)
            if code is not None and session is not None and session.voucher == voucher:
                if session.proves(frame.body, code):
                    return session
                raise BadSignature(f"message is not sealed by {body.sender!r}", sender=body.sender)
        if frame.signature:
            return None
        raise UnknownSession(f"no session with {body.sender!r}", sender=body.sender)


def _unsigned(_body: bytes) -> Proof:
    return _NO_PROOF


def _title(request: Request) -> str:
    return f"{request.interface}.{request.method}"


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


