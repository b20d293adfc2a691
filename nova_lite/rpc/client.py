"""The sending side: proxies that are typed as their contract, and the caller behind them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NovaLiteError, declared
from nova_lite.core.ids import new_hex
from nova_lite.rpc.backoff import Backoff
from nova_lite.rpc.codec import Codec
from nova_lite.rpc.drivers.base import Driver, Outgoing, Route
from nova_lite.rpc.envelope import Answer, Circumstances, Failure, Request
from nova_lite.rpc.errors import (
    BadArguments,
    BadResult,
    Busy,
    CallTimeout,
    CannotSend,
    Expired,
    PeerLost,
    Refused,
    RemoteError,
    UnknownSession,
    UnsupportedVersion,
    Withdrawn,
)
from nova_lite.rpc.interface import Interface, Method
from nova_lite.rpc.levels import Levels
from nova_lite.rpc.pending import Pending, Waiter
from nova_lite.rpc.serializer import WrongType
from nova_lite.rpc.sessions import Acquaintances, Session
from nova_lite.rpc.settings import BusSettings
from nova_lite.rpc.target import Target
from nova_lite.rpc.version import Version

C = TypeVar("C")

LAST_WORDS = 0.2  # seconds in which an answer of a server that has died may still arrive
PATIENCE = 1.0  # seconds between two looks whether the other end of a waiting call still lives


@dataclasses.dataclass(frozen=True)
class Address:
    """Where a proxy sends. ``pin``: the version that it speaks whatever the bus knows of others."""

    interface: Interface[Any]
    target: Target
    pin: Version | None = None
    to: str = dataclasses.field(init=False)  # the target as it travels

    def __post_init__(self) -> None:
        object.__setattr__(self, "to", str(self.target))


class Content(NamedTuple):
    """Arguments as they travel. ``secret``: encrypted wherever that is possible at all."""

    arguments: bytes
    secret: bool = False


class Caller:
    """Sends the requests of one bus and waits for their answers."""

    def __init__(self, settings: BusSettings, clock: Clock, codec: Codec, driver: Driver, pending: Pending) -> None:
        self._settings, self._clock = settings, clock
        self._codec, self._driver, self._pending = codec, driver, pending
        self._friends = Acquaintances()
        self._telling: set[str] = set()  # casts and fanouts under way
        self.levels = Levels(settings.pins, clock)
        self._reply_to = f"{settings.identity}/{new_hex()}"

    def invoke(self, address: Address, method: Method, context: RequestContext, content: Content) -> Any:
        """Send one request in the version that its receivers understand, and for a call wait for its result.

        :raises CannotSend: that version does not know the method, or an argument that may not be left out.
        :raises NovaLiteError: what the remote handler declared, or one of :mod:`nova_lite.rpc.errors`.
        """
        version = address.pin or self.levels.of(address.interface)
        try:
            return self._speak(address, method, version, context, content)
        except UnsupportedVersion as error:
            # An older server has been started meanwhile. It has done nothing; it gets the same in its own version.
            lower = None if address.pin else self.levels.learn(address.interface, version, error)
            if lower is None:
                raise
            return self._speak(address, method, lower, context, content)

    def _speak(
        self, address: Address, method: Method, version: Version, context: RequestContext, content: Content
    ) -> Any:
        arguments, secret = content
        if version < address.interface.version:
            title = f"{address.interface.name}.{method.name}"
            if version < method.since:
                raise CannotSend(f"{title} is since {method.since}, the receiver speaks {version}", method=method.name)
            arguments = method.sent.level(arguments, version, title)
        reads = self.levels.envelope(address.to)
        writes = self._codec.reads if secret else self._codec.writes
        if reads is not None and reads < writes:
            raise CannotSend(f"{address.target} reads envelope {reads}, encryption needs {writes}")
        request = self._request(address, method, version, context, arguments)
        lifetime = request.deadline - request.sent_at
        if lifetime <= 0:
            raise CallTimeout(f"{method.name}: the deadline of {context.request_id} has passed", method=method.name)
        if method.kind != "call":
            return self._tell(address.target, request, lifetime, secret)
        try:
            answer = self._exchange(address.target, request, self._friends.of(request.target, request.exchange), secret)
        except UnknownSession:
            # A server that is new, or has been started anew: it has done nothing, and gets the same call signed.
            answer = self._exchange(address.target, request, (), secret)
        return self._result(method, request, answer)

    def _tell(self, target: Target, request: Request, lifetime: float, secret: bool) -> None:
        self._telling.add(request.id)
        try:
            sessions = self._friends.met(request.target, self._codec.exchange)
            payload = self._codec.seal_cast(request, sessions, secret, together=len(self._telling) > 1)
            self._driver.send(target, Outgoing(request.id, request.kind, payload, lifetime))
        finally:
            self._telling.discard(request.id)

    def _exchange(self, target: Target, request: Request, sessions: Sequence[Session], secret: bool) -> Answer:
        lifetime = request.deadline - self._clock.now()
        message = Outgoing(request.id, "call", self._codec.seal_request(request, sessions, secret), lifetime)
        waiter = self._pending.add(request.id)
        try:
            payload = self._ask(target, message, request, waiter)
        finally:
            self._pending.remove(request.id)
        answer, session, *_ = self._codec.read_answer(payload)
        _check_answer(answer, request)
        if session is not None:
            self._friends.heard(request.target, session, introduced=bool(answer.recipient))
        if answer.failure is not None:
            raise _meant(rebuild(answer.failure), request)
        return answer

    def _request(
        self, address: Address, method: Method, version: Version, context: RequestContext, arguments: bytes
    ) -> Request:
        now = self._clock.now()
        life = self._settings.message_ttl
        if method.kind == "call":
            life = min(life, method.timeout if method.timeout is not None else self._settings.call_timeout)
        deadline = now + life if context.deadline is None else min(now + life, context.deadline)
        return Request(
            id=new_hex(), kind=method.kind, target=address.to, interface=address.interface.name,
            version=str(version), method=method.name, arguments=arguments,
            context=Circumstances.of(context), sender=self._settings.identity, reply_to=self._reply_to, sent_at=now,
            deadline=deadline, exchange=self._codec.exchange if method.kind == "call" else b"",
        )

    def _ask(self, target: Target, message: Outgoing, request: Request, waiter: Waiter) -> bytes:
        end, backoff = self._clock.monotonic() + message.lifetime, None
        while True:
            route = self._driver.send(target, message)
            try:
                return self._wait(request, waiter, route, end)
            except Withdrawn:
                # The server was stopping and has not touched it. The same message may go to another.
                waiter.reset()
            except Busy as error:
                waiter.reset()
                backoff = backoff or Backoff(end - self._clock.monotonic())
                if not backoff.pause():
                    raise _late(request) from error

    def _wait(self, request: Request, waiter: Waiter, route: Route, end: float) -> bytes:
        while (left := end - self._clock.monotonic()) > 0:
            payload = waiter.wait(min(left, PATIENCE))
            if payload is not None:
                return payload
            if not route.alive():
                payload = waiter.wait(min(left, LAST_WORDS))  # its answer may have been its last word
                if payload is not None:
                    return payload
                raise PeerLost(f"{_title(request)}: the server died before it answered", target=request.target)
        raise _late(request)

    def _result(self, method: Method, request: Request, answer: Answer) -> Any:
        try:
            return method.result.decode(answer.result)
        except WrongType as error:
            raise BadResult(f"{request.method}: result of {answer.sender!r}: {error}", sender=answer.sender) from error


def _title(request: Request) -> str:
    return f"{request.interface}.{request.method} on {request.target}"


def _late(request: Request) -> CallTimeout:
    waited = request.deadline - request.sent_at
    return CallTimeout(
        f"{_title(request)}: no answer in {waited:.3f} s", target=request.target, method=request.method
    )


def _check_answer(answer: Answer, request: Request) -> None:
    # An error may come without our address: its sender could not read the request.
    ours = answer.recipient == request.reply_to or (not answer.recipient and answer.failure is not None)
    if answer.correlation != request.id or not ours:
        raise Refused(f"{request.method}: {answer.sender!r} sent an answer to another question", sender=answer.sender)


def rebuild(failure: Failure) -> NovaLiteError:
    """The error that was raised at the other end; RemoteError when its class is not known here."""
    kind = declared().get(failure.code)
    if kind is None:
        return RemoteError(failure.message, **{**failure.details, "remote_code": failure.code})
    return kind(failure.message, **failure.details)


def _meant(error: NovaLiteError, request: Request) -> NovaLiteError:
    """The receiver may say that a call has come too late before its caller has noticed: for him both are the same."""
    if isinstance(error, Expired):
        return CallTimeout(f"{_title(request)}: {error.message}", target=request.target, method=request.method)
    return error


def make_proxy(caller: Caller, address: Address, timeout: float | None) -> Any:
    """An object with one function per method of the contract."""
    proxy = Proxy()
    for method in address.interface.methods.values():
        if timeout is not None and method.kind == "call":
            method = dataclasses.replace(method, timeout=timeout)
        setattr(proxy, method.name, _function(caller, address, method))
    return proxy


class Proxy:
    """Looks like the manager it stands for; see :func:`make_proxy`."""


def _function(caller: Caller, address: Address, method: Method) -> Callable[..., Any]:
    title = f"{address.interface.name}.{method.name}"

    def invoke(context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        try:
            given = method.arguments.kind(*args, **kwargs)
            content = Content(
                method.arguments.encode(given), any(getattr(given, name) is not None for name in method.secrets)
            )
        except (TypeError, WrongType) as error:
            raise BadArguments(f"{title}: {error}", method=method.name) from error
        return caller.invoke(address, method, context, content)

    return invoke
