"""Dispatcher: one incoming message from its bytes to its answer. The bus's guard: no exception passes it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import msgspec

from nova_lite.core.clock import Clock
from nova_lite.core.errors import DeadlineExceeded, NovaLiteError, Unavailable
from nova_lite.rpc import errors
from nova_lite.rpc.codec import Codec
from nova_lite.rpc.delivery import Authoriser, Delivery, Observer, Refusal
from nova_lite.rpc.drivers.base import Incoming
from nova_lite.rpc.envelope import Answer, Failure, Request
from nova_lite.rpc.freshness import Freshness
from nova_lite.rpc.interface import Interface, Method
from nova_lite.rpc.journal import Journal
from nova_lite.rpc.ping import PING
from nova_lite.rpc.serializer import WrongType
from nova_lite.rpc.sessions import Session
from nova_lite.rpc.target import Target
from nova_lite.rpc.version import Version

LOG = logging.getLogger(__name__)


class Endpoint:
    """An object that serves a contract, and the versions that it was asked in and understands."""

    def __init__(self, interface: Interface[Any], handler: object) -> None:
        self.interface, self.handler = interface, handler
        self._understood: set[str] = set()

    def understands(self, version: str) -> bool:
        """:raises ContractError: that is no version."""
        if version in self._understood:
            return True
        understood = self.interface.version.understands(Version.parse(version))
        if understood:
            self._understood.add(version)
        return understood


class Job(msgspec.Struct, frozen=True):
    """A request that passed every check."""

    request: Request
    method: Method
    delivery: Delivery
    run: Callable[..., Any]


class Asked(msgspec.Struct, frozen=True):
    """A message as far as it could be read. With a ``session`` it is answered within that, otherwise with a signature.

    ``reader``: the exchange that the answer is encrypted for, empty when the question was readable.
    """

    incoming: Incoming
    request: Request | None = None
    session: Session | None = None
    reader: bytes = b""


class Dispatcher:
    """Serves the endpoints of one target."""

    def __init__(
        self, target: Target, identity: str, codec: Codec, freshness: Freshness, journal: Journal, clock: Clock,
    ) -> None:
        self._target, self._identity = target, identity
        self._names = (str(target), target.topic)
        self._codec, self._freshness, self._journal, self._clock = codec, freshness, journal, clock
        self._endpoints: dict[str, Endpoint] = {}

    def add(self, endpoint: Endpoint) -> None:
        """:raises ContractError: the target has an endpoint of that name."""
        if endpoint.interface.name in self._endpoints:
            raise errors.ContractError(f"{self._target} serves {endpoint.interface.name!r} already")
        self._endpoints[endpoint.interface.name] = endpoint

    def interfaces(self) -> list[Interface[Any]]:
        """What is served here, ping aside."""
        return [one.interface for name, one in self._endpoints.items() if name != PING]

    def handle(self, incoming: Incoming, authorise: Authoriser, observe: Observer) -> None:
        """Check, authorise, execute, answer, acknowledge. Never raises."""
        try:
            self._process(incoming, authorise, observe)
        except Exception:
            LOG.exception("message %s on %s could not be handled", incoming.id, self._target)
        finally:
            incoming.done()

    def _process(self, incoming: Incoming, authorise: Authoriser, observe: Observer) -> None:
        asked, note = Asked(incoming), None
        try:
            request, session, coded, private = self._codec.read_request(incoming.payload)
            asked = Asked(incoming, request, session if coded else None, request.exchange if private else b"")
            job = self._check(request, incoming.redelivered)
            if incoming.redelivered:
                note = self._journal.begin(request.id)
            authorise(job.delivery)
        except errors.UnknownSession as error:
            LOG.info("message %s on %s: %s", incoming.id, self._target, error)
            self._answer(asked, error)
        except errors.Replayed as error:
            if not incoming.redelivered:
                self._refuse(asked, error, observe)
            else:  # its connection broke. This process lives: it has begun the first copy, and answers that
                LOG.info("message %s on %s came again: %s", incoming.id, self._target, error)
        except NovaLiteError as error:
            self._refuse(asked, error, observe)
        except Exception as error:  # an authoriser's bug is a refusal too
            LOG.exception("authorising message %s failed", incoming.id)
            self._refuse(asked, _remote(error), observe)
        else:
            self._execute(asked, job)
        finally:
            self._journal.end(note)

    def _check(self, request: Request, redelivered: bool) -> Job:
        if request.target not in self._names:
            raise errors.BadSignature(
                f"{request.method} of {request.sender!r} is for {request.target}, not for {self._target}",
                sender=request.sender,
            )
        self._freshness.check(request)
        endpoint, method = self._find(request)
        try:
            arguments = method.arguments.decode(request.arguments)
        except WrongType as error:
            title = f"{request.interface}.{request.method}"
            raise errors.BadArguments(f"{title}: {error}", method=request.method, sender=request.sender) from error
        context = request.context.context(request.deadline if request.kind == "call" else None)
        delivery = Delivery(
            request.id, request.sender, request.target, request.interface, request.version, request.method, arguments,
            context, request.sent_at, redelivered,
        )
        return Job(request, method, delivery, getattr(endpoint.handler, method.name))

    def _find(self, request: Request) -> tuple[Endpoint, Method]:
        endpoint = self._endpoints.get(request.interface)
        if endpoint is None:
            raise errors.UnknownInterface(
                f"{self._target} has no interface {request.interface!r}", sender=request.sender
            )
        if not _understood(endpoint, request):
            raise errors.UnsupportedVersion(
                f"{request.interface} {request.version} is not understood, {endpoint.interface.version} is",
                sender=request.sender, interface=request.interface, understood=str(endpoint.interface.version),
            )
        method = endpoint.interface.methods.get(request.method)
        if method is None or method.kind != request.kind:
            raise errors.UnknownMethod(
                f"{request.interface} has no {request.kind} method {request.method!r}", sender=request.sender
            )
        return endpoint, method

    def _execute(self, asked: Asked, job: Job) -> None:
        delivery = job.delivery
        try:
            value = job.run(delivery.context, *msgspec.structs.astuple(delivery.arguments))
            if job.method.kind == "call":
                self._answer(asked, self._result(job, value))
        except NovaLiteError as error:
            self._failed(asked, job, _bounded(error))
        except Exception as error:
            LOG.exception("%s.%s failed [%s]", job.request.interface, job.method.name, delivery.context.request_id)
            self._failed(asked, job, _remote(error))

    def _result(self, job: Job, value: object) -> bytes:
        try:
            raw = job.method.result.encode(value)
            if not job.method.returned.marked:
                return raw
            # A caller of an older version gets what that knows.
            return job.method.returned.level(raw, Version.parse(job.request.version), job.method.name)
        except WrongType as error:
            title = f"{job.request.interface}.{job.method.name}"
            LOG.error("%s returned what its contract does not allow: %s", title, error)
            raise errors.BadResult(f"{title} returned what its contract does not allow: {error}") from error

    def _failed(self, asked: Asked, job: Job, error: NovaLiteError) -> None:
        if job.method.kind == "call":
            self._answer(asked, error)
        else:
            LOG.error("%s %s: %s", job.method.kind, job.method.name, error)

    def _refuse(self, asked: Asked, error: NovaLiteError, observe: Observer) -> None:
        incoming, request = asked.incoming, asked.request
        sender, method = (request.sender, request.method) if request else (str(error.details.get("sender", "")), "")
        if request is None or request.kind == "call":
            self._answer(asked, error)
        proved = request is not None and self._codec.proves
        observe(Refusal(incoming.id, sender, str(self._target), method, error, proved))

    def _answer(self, asked: Asked, outcome: bytes | NovaLiteError) -> None:
        incoming, request = asked.incoming, asked.request
        result, failure = b"", None
        if isinstance(outcome, NovaLiteError):
            failure = Failure(outcome.code, outcome.message, outcome.details)
        else:
            result = outcome
        answer = Answer(
            correlation=request.id if request else incoming.id, recipient=request.reply_to if request else "",
            sender=self._identity, sent_at=self._clock.now(), result=result, failure=failure,
            exchange=asked.session.own if asked.session else self._codec.exchange,
        )
        incoming.answer(self._codec.seal_answer(answer, asked.session, asked.reader))


def _understood(endpoint: Endpoint, request: Request) -> bool:
    try:
        return endpoint.understands(request.version)
    except errors.ContractError as error:
        raise errors.UnsupportedVersion(f"{request.interface}: {error.message}", sender=request.sender) from error


def _remote(error: Exception) -> errors.RemoteError:
    trace = "".join(traceback.format_exception(error))
    return errors.RemoteError(f"{type(error).__name__}: {error}", remote_code=type(error).__qualname__, trace=trace)


def _bounded(error: NovaLiteError) -> NovaLiteError:
    """A handler's own trouble with the bus must not look like the caller's: its general kind travels instead."""
    if isinstance(error, errors.Unroutable | errors.NotConfirmed | errors.PeerLost):
        return Unavailable(error.message, **error.details)
    if isinstance(error, errors.CallTimeout | errors.Expired):
        return DeadlineExceeded(error.message, **error.details)
    return error
