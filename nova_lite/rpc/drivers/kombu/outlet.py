"""Outlet: messages for consumers that are not ours, on queues as oslo.messaging declares them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import amqp

from nova_lite.core import concurrency
from nova_lite.core.errors import Unavailable
from nova_lite.rpc.drivers.kombu.line import LOST, Line
from nova_lite.rpc.drivers.kombu.outbox import vanishing
from nova_lite.rpc.drivers.kombu.publisher import CONFIRMED, PERSISTENT
from nova_lite.rpc.pending import Pending, Waiter

HEARTBEAT = 20.0

LOG = logging.getLogger(__name__)


class Outlet:
    """Publishes JSON to a topic exchange, each message to the queue of its name.

    The ``queues`` are declared, ``durable`` or not as their consumers declare them too, so that what is sent waits
    for a consumer that is away, ``ttl`` seconds at most. Nothing is connected before the first message.
    """

    def __init__(
        self, url: str, exchange: str, queues: Sequence[str], *, durable: bool, ttl: float, timeout: float = 10.0
    ) -> None:
        self._exchange, self._queues, self._durable = exchange, queues, durable
        self._expiration, self._timeout = str(int(ttl * 1000)), timeout
        self._line = Line(url, HEARTBEAT, self._opened, self._broken, self._hopeless)
        self._turn = concurrency.lock()  # of those who publish
        self._lock = concurrency.lock()
        self._channel: Any = None
        self._receipts = Pending()
        self._unconfirmed: list[int] = []  # delivery tags that the broker has not confirmed, in order
        self._next_tag = 0
        self._refusal: BaseException | None = None

    def publish(self, parcels: Sequence[tuple[str, bytes]]) -> None:
        """Send each (queue, body), in this order, and wait until the broker has confirmed all of them.

        :raises Unavailable: it has not; any of them may have arrived.
        """
        with self._turn:
            self._line.start()
            up = self._line.wait_up(self._timeout)
            if self._refusal is not None:  # of old, or what woke us
                raise Unavailable(f"the broker refuses the queues of notifications: {self._refusal}")
            if not up:
                raise Unavailable("no connection to the broker of notifications")
            generation, tags = self._line.generation, list[int]()
            try:
                waiters = [self._send(queue, body, tags) for queue, body in parcels]
                for waiter in waiters:
                    if waiter.wait(self._timeout) is None:
                        self._line.renew(generation)
                        raise Unavailable(f"the broker did not confirm notifications in {self._timeout:.0f} s")
            except LOST as error:
                raise Unavailable(f"the connection to the broker of notifications broke: {error}") from error
            finally:
                for tag in tags:
                    self._receipts.remove(str(tag))

    def close(self) -> None:
        self._line.close()

    def _send(self, queue: str, body: bytes, tags: list[int]) -> Waiter:
        message = amqp.Message(
            body, content_type="application/json", content_encoding="utf-8", delivery_mode=PERSISTENT,
            expiration=self._expiration,
        )
        with self._lock:
            self._next_tag += 1
            tag, channel = self._next_tag, self._channel
            self._unconfirmed.append(tag)
            waiter = self._receipts.add(str(tag))
        tags.append(tag)
        with vanishing():
            channel.basic_publish(message, self._exchange, queue)
        return waiter

    def _opened(self, connection: Any) -> None:
        channel = connection.channel()
        channel.exchange_declare(self._exchange, "topic", durable=self._durable, auto_delete=False)
        for queue in self._queues:
            channel.queue_declare(queue, durable=self._durable, auto_delete=False)
            channel.queue_bind(queue, self._exchange, queue)
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        with self._lock:
            self._channel, self._unconfirmed, self._next_tag = channel, [], 0

    def _broken(self) -> None:
        self._receipts.fail_all(Unavailable("the connection to the broker of notifications broke"))

    def _hopeless(self, error: BaseException) -> None:
        LOG.critical("the broker refuses the queues of notifications: %s", error)
        self._refusal = error
        self._receipts.fail_all(Unavailable(f"the broker refuses the queues of notifications: {error}"))

    def _on_ack(self, tag: int, multiple: bool) -> None:
        for confirmed in self._confirmed(tag, multiple):
            self._receipts.answered(str(confirmed), CONFIRMED)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        for refused in self._confirmed(tag, multiple):
            self._receipts.failed(str(refused), Unavailable("the broker takes no more notifications: a queue is full"))

    def _confirmed(self, tag: int, multiple: bool) -> list[int]:
        with self._lock:
            found = [open_ for open_ in self._unconfirmed if open_ == tag or (multiple and open_ < tag)]
            self._unconfirmed = [open_ for open_ in self._unconfirmed if open_ not in found]
            return found
