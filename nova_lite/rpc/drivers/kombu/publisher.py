"""Publisher: everything that this process sends to the broker, and the answers to its calls."""

from __future__ import annotations

import itertools
import logging
from typing import Any, Literal

import amqp

from nova_lite.core import concurrency
from nova_lite.core.errors import Unavailable
from nova_lite.rpc.drivers.base import Outgoing, Sink
from nova_lite.rpc.drivers.kombu.line import LOST, Line
from nova_lite.rpc.errors import NotConfirmed, Unroutable
from nova_lite.rpc.pending import Pending
from nova_lite.rpc.settings import BusSettings
from nova_lite.rpc.target import Target

LOG = logging.getLogger(__name__)

REPLY_TO = "amq.rabbitmq.reply-to"
CONFIRMED = b"confirmed"
PERSISTENT, TRANSIENT = 2, 1

Kind = Literal["call", "cast", "fanout"]


class Publisher:
    """Two channels on one connection: ``plain`` for calls, answers and fanouts, ``sure`` for casts with confirms."""

    def __init__(self, settings: BusSettings, sink: Sink) -> None:
        self._settings, self._sink = settings, sink
        self._line = Line(settings.url, settings.heartbeat, self._opened, self._broken, self._hopeless)
        self._order = concurrency.lock()  # numbering a cast and writing it are one step
        self._lock = concurrency.lock()
        self._plain: Any = None
        self._sure: Any = None
        self._receipts = Pending()
        self._tags: dict[int, str] = {}  # delivery tags of casts that the broker has not confirmed, oldest first
        self._next_tag = 0

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
        self._await_line(message)
        body = amqp.Message(
            message.payload, message_id=message.id, reply_to=REPLY_TO, delivery_mode=TRANSIENT,
            expiration=str(max(int(message.lifetime * 1000), 1)),
        )
        generation = self.generation
        try:
            self._plain.basic_publish(body, self._settings.namespace, str(target), mandatory=True)
        except LOST as error:
            raise NotConfirmed(f"the connection to the broker broke: {error}", target=str(target)) from error
        return generation

    def tell(self, target: Target, message: Outgoing) -> None:
        """Send a cast and wait until the broker has it.

        :raises Unroutable: no queue is bound for the target.
        :raises NotConfirmed: the broker refused it (its queue is full), did not say so in time, or is not there.
        """
        timeout = self._await_line(message)
        body = amqp.Message(message.payload, message_id=message.id, delivery_mode=PERSISTENT)
        waiter = self._receipts.add(message.id)
        try:
            with self._order:
                generation = self._line.generation
                self._number(message.id)
                self._sure.basic_publish(body, self._settings.namespace, str(target), mandatory=True)
            if waiter.wait(timeout) is None:
                self._line.renew(generation)
                raise NotConfirmed(f"the broker did not confirm {message.id} in {timeout:.1f} s", target=str(target))
        except LOST as error:
            raise NotConfirmed(f"the connection to the broker broke: {error}", target=str(target)) from error
        finally:
            self._receipts.remove(message.id)

    def spread(self, topic: str, message: Outgoing) -> None:
        """Send a fanout.

        :raises NotConfirmed: there is no connection.
        """
        self._await_line(message)
        body = amqp.Message(
            message.payload, message_id=message.id, delivery_mode=TRANSIENT,
            expiration=str(max(int(message.lifetime * 1000), 1)),
        )
        try:
            self._plain.basic_publish(body, self._settings.namespace, fanout_key(topic))
        except LOST as error:
            raise NotConfirmed(f"the connection to the broker broke: {error}", topic=topic) from error

    def answer(self, address: str, message_id: str, payload: bytes) -> None:
        """Send an answer; drops it when there is no connection, its caller hears of that by itself."""
        body = amqp.Message(payload, correlation_id=message_id, delivery_mode=TRANSIENT)
        try:
            if not self._line.wait_up(self._settings.send_timeout):
                raise NotConfirmed("no connection to the broker")
            self._plain.basic_publish(body, "", address)
        except (NotConfirmed, *LOST) as error:
            LOG.warning("the answer to %s was dropped: %s", message_id, error)

    def _number(self, message_id: str) -> None:
        with self._lock:
            self._next_tag += 1
            self._tags[self._next_tag] = message_id

    def _await_line(self, message: Outgoing) -> float:
        timeout = min(self._settings.send_timeout, message.lifetime)
        self._line.start()
        if not self._line.wait_up(timeout):
            raise NotConfirmed(f"no connection to the broker in {timeout:.1f} s: nothing was sent")
        return timeout

    def _opened(self, connection: Any) -> None:
        plain, sure = connection.channel(), connection.channel()
        plain.exchange_declare(self._settings.namespace, "direct", durable=True, auto_delete=False)
        plain.basic_consume(REPLY_TO, no_ack=True, callback=self._on_answer)
        sure.confirm_select()
        for channel in (plain, sure):
            channel.events["basic_return"].add(self._on_return)
        sure.events["basic_ack"].add(self._on_ack)
        sure.events["basic_nack"].add(self._on_nack)
        with self._order, self._lock:
            self._plain, self._sure = plain, sure
            self._tags, self._next_tag = {}, 0

    def _broken(self) -> None:
        self._receipts.fail_all(NotConfirmed("the connection to the broker broke before it confirmed"))

    def _hopeless(self, error: BaseException) -> None:
        LOG.critical("the broker refuses this process: %s", error)
        self._receipts.fail_all(Unavailable(f"the broker refuses this process: {error}"))

    def _on_answer(self, message: Any) -> None:
        self._sink.answered(message.properties.get("correlation_id", ""), message.body)

    def _on_return(self, reason: Exception, exchange: str, key: str, message: Any) -> None:
        message_id = message.properties.get("message_id", "")
        error = Unroutable(f"nobody listens on {key}", target=key)
        self._receipts.failed(message_id, error)
        self._sink.failed(message_id, error)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        for message_id in self._confirmed(tag, multiple):
            self._receipts.answered(message_id, CONFIRMED)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        for message_id in self._confirmed(tag, multiple):
            self._receipts.failed(message_id, NotConfirmed("the broker refused the message: its queue is full"))

    def _confirmed(self, tag: int, multiple: bool) -> list[str]:
        with self._lock:
            if not multiple:
                found = self._tags.pop(tag, None)
                return [] if found is None else [found]
            tags = list(itertools.takewhile(lambda candidate: candidate <= tag, self._tags))
            return [self._tags.pop(candidate) for candidate in tags]


def fanout_key(topic: str) -> str:
    """The routing key that every server of a topic hears. No target looks like it."""
    return f"fanout:{topic}"
