"""The local driver: servers and clients in one process. For tests, and for a whole cloud in one process."""

from __future__ import annotations

import collections
import logging
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from nova_lite.core import concurrency
from nova_lite.core.errors import NovaLiteError
from nova_lite.rpc.backoff import Backoff
from nova_lite.rpc.drivers.base import BACKLOG, AlwaysAlive, Incoming, Outgoing, Receiver, Route, Sink
from nova_lite.rpc.errors import Busy, NotConfirmed, Unroutable, Withdrawn
from nova_lite.rpc.pending import Waiter
from nova_lite.rpc.target import Target

LOG = logging.getLogger(__name__)


class LocalExchange:
    """Where the local buses of one process meet: give the same exchange to all of them."""

    def __init__(self) -> None:
        self._lock = concurrency.lock()
        self._listeners: list[LocalListener] = []
        self._turns: collections.Counter[Target] = collections.Counter()

    def add(self, listener: LocalListener) -> None:
        with self._lock:
            self._listeners.append(listener)

    def remove(self, listener: LocalListener) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def pick(self, target: Target) -> LocalListener:
        """One of the target's listeners, in turn.

        :raises Unroutable: it has none.
        """
        with self._lock:
            found = [one for one in self._listeners if one.hears(target)]
            if not found:
                raise Unroutable(f"nobody listens on {target}", target=str(target))
            self._turns[target] += 1
            return found[self._turns[target] % len(found)]

    def all(self, target: Target) -> list[LocalListener]:
        """Every listener of the target now."""
        with self._lock:
            return [one for one in self._listeners if one.hears(target)]


class Parcel(NamedTuple):
    """A message between two buses. ``taken`` is called when the receiver has it, ``gone`` when it never will."""

    message: Outgoing
    answer: Callable[[bytes], None]
    taken: Callable[[], None]
    gone: Callable[[NovaLiteError], None]


class LocalListener:
    """Parcels wait here until the receiver has room; their senders wait with them."""

    def __init__(self, exchange: LocalExchange, target: Target, receiver: Receiver) -> None:
        self._exchange, self._target, self._receiver = exchange, target, receiver
        self._lock = concurrency.lock()
        self._parcels: collections.deque[Parcel] = collections.deque()
        self._started = self._gone = self._closed = False

    def hears(self, target: Target) -> bool:
        return target.topic == self._target.topic and target.host in (None, self._target.host)

    def put(self, parcel: Parcel) -> None:
        if len(self._parcels) >= BACKLOG:
            parcel.gone(Busy(f"a server of {self._target} has no room"))
            return
        self._parcels.append(parcel)
        if self._gone:
            self._send_on()
        else:
            self.resume()

    def start(self) -> None:
        self._started = True
        self.resume()

    def resume(self) -> None:
        with self._lock:
            while self._started and self._parcels and self._receiver.room():
                parcel = self._parcels.popleft()
                parcel.taken()
                message = parcel.message
                self._receiver.accept(Incoming(message.id, message.payload, False, parcel.answer, _nothing))

    def pause(self) -> None:
        self._exchange.remove(self)
        self._started, self._gone = False, True
        self._send_on()

    def close(self) -> None:
        self.pause()
        self._closed = True

    def _send_on(self) -> None:
        with self._lock:
            while self._parcels:
                self._parcels.popleft().gone(Withdrawn(f"a server of {self._target} is stopping"))

    def alive(self) -> bool:
        """As a route: a closed listener answers nobody."""
        return not self._closed


class LocalDriver:
    """See :mod:`nova_lite.rpc.drivers.base` for what it promises."""

    def __init__(self, exchange: LocalExchange, sink: Sink, send_timeout: float) -> None:
        self._exchange, self._sink, self._send_timeout = exchange, sink, send_timeout
        self._listeners: list[LocalListener] = []

    def send(self, target: Target, message: Outgoing) -> Route:
        if message.kind == "fanout":
            for listener in self._exchange.all(Target(target.topic)):
                listener.put(Parcel(message, _ignore, _nothing, _unheard))
            return AlwaysAlive()
        if message.kind == "call":
            listener = self._exchange.pick(target)
            answered, failed = self._sink.answered, self._sink.failed
            listener.put(
                Parcel(message, partial(answered, message.id), _nothing, partial(failed, message.id))
            )
            return listener
        backoff = Backoff(min(self._send_timeout, message.lifetime))
        while True:
            try:
                return self._hand_over(self._exchange.pick(target), target, message, backoff.left)
            except Withdrawn:
                continue
            except Busy as error:
                if not backoff.pause():
                    raise NotConfirmed(f"{target} does not keep up: {error}", target=str(target)) from error

    def _hand_over(self, listener: LocalListener, target: Target, message: Outgoing, timeout: float) -> Route:
        waiter = Waiter()
        listener.put(Parcel(message, _ignore, partial(waiter.settle, b""), waiter.settle))
        if waiter.wait(timeout) is None:
            raise NotConfirmed(f"{target} did not take the message in {timeout:.1f} s", target=str(target))
        return listener

    def listen(self, target: Target, receiver: Receiver, prefetch: int) -> LocalListener:
        listener = LocalListener(self._exchange, target, receiver)
        self._listeners.append(listener)
        self._exchange.add(listener)
        return listener

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()


def _nothing() -> None:
    """For messages whose end nobody waits for."""


def _ignore(payload: bytes) -> None:
    """For messages that are not answered."""


def _unheard(error: NovaLiteError) -> None:
    """For messages that nobody misses."""
    LOG.info("a fanout was not heard: %s", error)
