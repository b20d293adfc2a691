"""Ear: a listener with its queues, on a connection of its own."""

from __future__ import annotations

import collections
import contextlib
import functools
import logging
from typing import Any, NamedTuple

import amqp

from nova_lite.core import concurrency
from nova_lite.core.ids import new_hex
from nova_lite.rpc.drivers.base import Incoming, Receiver
from nova_lite.rpc.drivers.kombu.acks import Acks
from nova_lite.rpc.drivers.kombu.frames import Deliveries, Delivery
from nova_lite.rpc.drivers.kombu.line import LOST, Line
from nova_lite.rpc.drivers.kombu.outbox import vanishing
from nova_lite.rpc.drivers.kombu.publisher import Publisher, fanout_key
from nova_lite.rpc.errors import QueueMismatch
from nova_lite.rpc.settings import BusSettings
from nova_lite.rpc.target import Target

LOG = logging.getLogger(__name__)

QUEUE_LIFE = 2.0  # message lifetimes after which a queue without consumers is deleted: all in it has expired


class Mouth(NamedTuple):
    """The way back to the broker: the channel of one connection, and what is to be acknowledged on it."""

    channel: Any
    acks: Acks


class Delivered(NamedTuple):
    """A message from the broker and where it must be acknowledged."""

    mouth: Mouth
    delivery: Delivery


class Ear:
    """Consumes the queues of one target. Messages that the receiver has no room for wait here: at most the prefetch
    of each queue, the broker keeps the rest."""

    def __init__(self, settings: BusSettings, target: Target, receiver: Receiver, publisher: Publisher) -> None:
        self._settings, self._target = settings, target
        self._receiver, self._publisher = receiver, publisher
        self._line = Line(settings.url, settings.heartbeat, self._opened, self._broken, receiver.lost)
        self._lock = concurrency.lock()
        self._mouth: Mouth | None = None
        self._queues: list[str] = []
        self._waiting: collections.deque[Delivered] = collections.deque()
        self._started = self._paused = False

    def open(self) -> None:
        """Declare and bind, so that senders can route here; goes on trying when the broker is not there yet.

        When the broker has the queue in another form, the receiver is told so, and this ear never hears.
        """
        self._line.start()
        if not self._line.wait_up(self._settings.send_timeout) and not self._line.given_up:
            LOG.warning("%s listens as soon as the broker is there", self._target)

    def start(self) -> None:
        with self._lock:
            self._started = True
            mouth = self._mouth if self._line.up else None
        if mouth is not None:
            self._consume(mouth, nowait=True)  # the task that reads is waiting already

    def resume(self) -> None:
        with self._lock:
            while self._waiting and self._receiver.room():
                self._take(*self._waiting.popleft())

    def pause(self) -> None:
        self._paused = True
        mouth = self._mouth
        if mouth is not None:
            with contextlib.suppress(*LOST), vanishing():
                for queue in self._queues:
                    mouth.channel.basic_cancel(queue, nowait=True)
        with self._lock:
            while self._waiting:
                mouth, delivery = self._waiting.popleft()
                mouth.acks.reject(delivery.tag)

    def lost(self, error: BaseException) -> None:
        """What this process sends and is answered has come to its end."""
        self._receiver.lost(error)

    def close(self) -> None:
        self._paused = True
        self._line.close()

    def _opened(self, connection: Any) -> None:
        channel = connection.channel()
        exchange = self._settings.namespace
        channel.exchange_declare(exchange, "direct", durable=True, auto_delete=False)
        # Per consumer: quorum queues know no other way.
        channel.basic_qos(0, self._settings.prefetch, False)
        queues = []
        for target in {Target(self._target.topic), self._target}:
            queue = f"{exchange}.{target}"
            self._declare(channel, queue)
            channel.queue_bind(queue, exchange, str(target))
            queues.append(queue)
        queue = f"{exchange}.fanout.{self._target.topic}.{new_hex()}"
        limits = {"x-max-length": self._settings.queue_limit}
        channel.queue_declare(queue, exclusive=True, auto_delete=True, arguments=limits)
        channel.queue_bind(queue, exchange, fanout_key(self._target.topic))
        queues.append(queue)
        mouth = Mouth(channel, Acks(channel.channel_id, self._line.outbox.remind))
        self._line.on_frames(channel.channel_id, Deliveries(functools.partial(self._deliver, mouth)).take)
        with self._lock:
            self._mouth, self._queues = mouth, queues
            consume = self._started and not self._paused
        if consume:
            # With the broker's word: one that has just started may forget a consumer, and we would be deaf.
            self._consume(mouth, nowait=False)

    def _declare(self, channel: Any, queue: str) -> None:
        try:
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments=self._arguments())
        except amqp.exceptions.PreconditionFailed as error:
            raise QueueMismatch(
                f"the broker has queue {queue} in another form: {error.reply_text}. It must be deleted, or the "
                "settings be those that it was made with", queue=queue,
            ) from error

    def _arguments(self) -> dict[str, Any]:
        expires = max(self._settings.message_ttl * QUEUE_LIFE, 60.0)
        arguments: dict[str, Any] = {
            "x-max-length": self._settings.queue_limit, "x-overflow": "reject-publish", "x-expires": int(expires * 1000)
        }
        if self._settings.queue_type == "quorum":
            arguments["x-queue-type"] = "quorum"
        return arguments

    def _consume(self, mouth: Mouth, nowait: bool) -> None:
        # While a connection is prepared it is py-amqp that reads from it.
        callback = functools.partial(self._deliver_message, mouth)
        for queue in self._queues:
            mouth.channel.basic_consume(queue, consumer_tag=queue, callback=callback, nowait=nowait)

    def _broken(self) -> None:
        # The broker gives all of it to somebody again.
        self._waiting.clear()

    def _deliver_message(self, mouth: Mouth, message: Any) -> None:
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        redelivered = bool(message.delivery_info.get("redelivered"))
        self._deliver(mouth, Delivery(message.delivery_tag, redelivered, message.properties, body))

    def _deliver(self, mouth: Mouth, delivery: Delivery) -> None:
        with self._lock:
            if self._paused:
                mouth.acks.reject(delivery.tag)
            elif self._waiting or not self._receiver.room():
                self._waiting.append(Delivered(mouth, delivery))
            else:
                self._take(mouth, delivery)

    def _take(self, mouth: Mouth, delivery: Delivery) -> None:
        message_id = str(delivery.properties.get("message_id", ""))
        address = delivery.properties.get("reply_to")

        def answer(payload: bytes) -> None:
            if address:
                self._publisher.answer(address, message_id, payload)

        done = functools.partial(mouth.acks.done, delivery.tag)
        self._receiver.accept(Incoming(message_id, delivery.body, delivery.redelivered, answer, done))
