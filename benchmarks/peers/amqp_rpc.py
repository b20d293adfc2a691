"""A bare py-amqp echo: what a round trip through the broker costs at least. Its argument is the broker's URL."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp

from benchmarks.peers.contender import LINES, main, obey, ready

LOAD = json.dumps({"number": 1, "lines": LINES})
QUEUE = "bench-amqp"


def connected(url: str) -> tuple[Any, Any]:
    parts = urlsplit(url)
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port}", userid=parts.username, password=unquote(parts.password or "")
    )
    connection.connect()
    return connection, connection.channel()


def serve(url: str) -> None:
    connection, channel = connected(url)
    channel.queue_declare(QUEUE, durable=True, auto_delete=False)

    def echo(message: Any) -> None:
        answer = amqp.Message(json.dumps(json.loads(message.body)), correlation_id=message.correlation_id)
        channel.basic_publish(answer, routing_key=message.reply_to)
        channel.basic_ack(message.delivery_tag)

    channel.basic_qos(0, 128, False)
    channel.basic_consume(QUEUE, callback=echo)
    ready()
    while True:
        connection.drain_events()


def measure(url: str) -> None:
    connection, channel = connected(url)
    answers: list[str] = []
    channel.basic_consume("amq.rabbitmq.reply-to", callback=lambda m: answers.append(json.loads(m.body)), no_ack=True)

    def call() -> None:
        message = amqp.Message(LOAD, correlation_id="1", reply_to="amq.rabbitmq.reply-to")
        channel.basic_publish(message, routing_key=QUEUE)
        while not answers:
            connection.drain_events()
        answers.clear()

    obey(call, call)


if __name__ == "__main__":
    main(serve, measure)
