"""Publisher: everything that this process sends to the broker, and the answers to its calls."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from nova_lite.core import concurrency
from nova_lite.core.errors import NovaLiteError, Unavailable
from nova_lite.rpc.drivers.base import Outgoing, Sink
from nova_lite.rpc.drivers.kombu.frames import Deliveries, Delivery, Way, confirmation, content_frames, method_frame
from nova_lite.rpc.drivers.kombu.line import LOST, Line
from nova_lite.rpc.drivers.kombu.outbox import Outbox
from nova_lite.rpc.errors import NotConfirmed, Unroutable
from nova_lite.rpc.pending import Waiter
from nova_lite.rpc.settings import BusSettings
from nova_lite.rpc.target import Target

LOG = logging.getLogger(__name__)

REPLY_TO = "amq.rabbitmq.reply-to"
CONFIRMED = b"confirmed"
PERSISTENT, TRANSIENT = 2, 1

WAYS = 1000  # announcements that are kept: a server answers to as many addresses as it has callers


class Receipt(NamedTuple):
    """A cast that the broker has not confirmed."""

    message_id: str
    waiter: Waiter


class Publisher:
    """Two channels on one connection: ``plain`` for calls, answers and fanouts, ``sure`` for casts with confirms.

    Many casts may wait for their confirmation at a time; the broker confirms several of them in one word.
    """

    def __init__(self, settings: BusSettings, sink: Sink, lost: Callable[[BaseException], None]) -> None:
        """:param lost: told why this process will never send anything more."""
        self._settings, self._sink, self._lost = settings, sink, lost
        self._line = Line(settings.url, settings.heartbeat, self._opened, self._broken, self._hopeless)
        self._lock = concurrency.lock()  # numbering a cast and leaving it in the outbox are one step
        self._plain = self._sure = 0
        self._frame_max = 0
        self._ours: Outbox | None = None  # that of the connection to which the channels belong
        self._announced: dict[tuple[int, Way], bytes] = {}
        self._unconfirmed: dict[int, Receipt] = {}  # by delivery tag, oldest first
        self._last_tag = 0

    @property
    def generation(self) -> int:
        """Grows with every new connection; an answer cannot come over a later one than its question went."""
        return self._line.generation if self._line.up else -1

    def open(self) -> None:
        """Begin to connect. Safe to call twice."""
        self._line.start()

    def close(self) -> None:
        self._line.close()

    def ask(self, target: Target, message: Outgoing) -> int:
        """Send a call; whoever is to hear of its end is the sink. Returns the connection's generation.

        :raises NotConfirmed: there is no connection.
        """
        way = Way(self._settings.namespace, str(target), True)
        try:
            self._await_line(message)
            generation = self.generation
            self._post(
                way, message.payload, TRANSIENT, message_id=message.id, reply_to=REPLY_TO,
                expiration=_expiration(message),
            )
        except LOST as error:
            raise NotConfirmed(f"the connection to the broker broke: {error}", target=str(target)) from error
        return generation

    def tell(self, target: Target, message: Outgoing) -> None:
        """Send a cast and wait until the broker has it.

        :raises Unroutable: no queue is bound for the target.
        :raises NotConfirmed: the broker refused it (its queue is full), did not say so in time, or is not there.
        """
        way, receipt = Way(self._settings.namespace, str(target), True), Receipt(message.id, Waiter())
        try:
            timeout = self._await_line(message)
            with self._lock:
                generation = self._line.generation
                self._outbox().post(
                    self._frames(self._sure, way, message.payload, PERSISTENT, message_id=message.id)
                )
                self._last_tag += 1
                self._unconfirmed[self._last_tag] = receipt
        except LOST as error:
            raise NotConfirmed(f"the connection to the broker broke: {error}", target=str(target)) from error
        if receipt.waiter.wait(timeout) is None:
            self._line.renew(generation)
            raise NotConfirmed(f"the broker did not confirm {message.id} in {timeout:.1f} s", target=str(target))

    def spread(self, topic: str, message: Outgoing) -> None:
        """Send a fanout.

        :raises NotConfirmed: there is no connection.
        """
        way = Way(self._settings.namespace, fanout_key(topic), False)
        try:
            self._await_line(message)
            self._post(way, message.payload, TRANSIENT, message_id=message.id, expiration=_expiration(message))
        except LOST as error:
            raise NotConfirmed(f"the connection to the broker broke: {error}", topic=topic) from error

    def answer(self, address: str, message_id: str, payload: bytes) -> None:
        """Send an answer; drops it when there is no connection, its caller hears of that by itself."""
        timeout = self._settings.send_timeout
        try:
            if not self._line.wait_up(timeout) or not self._outbox().room(timeout):
                raise NotConfirmed("no connection to the broker, or one that takes nothing")
            self._post(Way("", address, False), payload, TRANSIENT, correlation_id=message_id)
        except (NotConfirmed, *LOST) as error:
            LOG.warning("the answer to %s was dropped: %s", message_id, error)

    def _post(self, way: Way, payload: bytes, mode: int, **texts: str) -> None:
        self._outbox().post(self._frames(self._plain, way, payload, mode, **texts))

    def _frames(self, channel: int, way: Way, payload: bytes, mode: int, **texts: str) -> bytes:
        announced = self._announced.get((channel, way))
        if announced is None:
            if len(self._announced) == WAYS:
                self._announced.clear()
            announced = self._announced[channel, way] = method_frame(channel, way)
        return announced + content_frames(channel, self._frame_max, payload, delivery_mode=mode, **texts)

    def _outbox(self) -> Outbox:
        if self._ours is None:
            raise OSError("there is no connection")
        return self._ours

    def _await_line(self, message: Outgoing) -> float:
        timeout = min(self._settings.send_timeout, message.lifetime)
        self._line.start()
        if not self._line.wait_up(timeout):
            raise NotConfirmed(f"no connection to the broker in {timeout:.1f} s: nothing was sent")
        if not self._outbox().room(timeout):
            raise NotConfirmed(f"the broker has taken nothing for {timeout:.1f} s: nothing was sent")
        return timeout

    def _opened(self, connection: Any) -> None:
        plain, sure = connection.channel(), connection.channel()
        plain.exchange_declare(self._settings.namespace, "direct", durable=True, auto_delete=False)
        plain.basic_consume(REPLY_TO, no_ack=True)
        sure.confirm_select()
        for channel in (plain, sure):
            channel.events["basic_return"].add(self._on_return)
        self._line.on_frames(plain.channel_id, Deliveries(self._on_answer).take)
        self._line.on_frames(sure.channel_id, self._take_confirmation)
        with self._lock:
            self._plain, self._sure, self._frame_max = plain.channel_id, sure.channel_id, connection.frame_max
            self._ours, self._announced = self._line.outbox, {}
            self._unconfirmed, self._last_tag = {}, 0

    def _broken(self) -> None:
        self._fail_all(NotConfirmed("the connection to the broker broke before it confirmed"))

    def _hopeless(self, error: BaseException) -> None:
        LOG.critical("the broker refuses this process: %s", error)
        self._fail_all(Unavailable(f"the broker refuses this process: {error}"))
        self._lost(error)

    def _fail_all(self, error: NovaLiteError) -> None:
        with self._lock:
            receipts, self._unconfirmed = self._unconfirmed, {}
        for receipt in receipts.values():
            receipt.waiter.settle(error)

    def _on_answer(self, delivery: Delivery) -> None:
        self._sink.answered(delivery.properties.get("correlation_id", ""), delivery.body)

    def _on_return(self, reason: Exception, exchange: str, key: str, message: Any) -> None:
        message_id = message.properties.get("message_id", "")
        error = Unroutable(f"nobody listens on {key}", target=key)
        with self._lock:
            receipts = [receipt for receipt in self._unconfirmed.values() if receipt.message_id == message_id]
        for receipt in receipts:
            receipt.waiter.settle(error)
        self._sink.failed(message_id, error)

    def _take_confirmation(self, kind: int, payload: bytes) -> bool:
        found = confirmation(kind, payload)
        if found is None:
            return False
        tag, multiple, taken = found
        for receipt in self._confirmed(tag, multiple):
            receipt.waiter.settle(
                CONFIRMED if taken else NotConfirmed("the broker refused the message: its queue is full")
            )
        return True

    def _confirmed(self, tag: int, multiple: bool) -> list[Receipt]:
        with self._lock:
            if not multiple:
                found = self._unconfirmed.pop(tag, None)
                return [] if found is None else [found]
            tags = list(itertools.takewhile(lambda candidate: candidate <= tag, self._unconfirmed))
            return [self._unconfirmed.pop(candidate) for candidate in tags]


def _expiration(message: Outgoing) -> str:
    return str(max(int(message.lifetime * 1000), 1))


def fanout_key(topic: str) -> str:
    """The routing key that every server of a topic hears. No target looks like it."""
    return f"fanout:{topic}"
