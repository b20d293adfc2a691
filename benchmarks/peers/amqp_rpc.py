"""A bare py-amqp echo: what a round trip through the broker costs at least, measured by benchmarks/rpc.

``amqp_rpc.py serve URL`` says ``ready``; ``amqp_rpc.py measure URL`` prints one JSON object.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp

LOAD = json.dumps({"number": 1, "lines": ["x" * 48] * 20})
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
    print("ready", flush=True)
    while True:
        connection.drain_events()


def measure(url: str, times: int = 500) -> None:
    connection, channel = connected(url)
    answers: list[str] = []
    channel.basic_consume("amq.rabbitmq.reply-to", callback=lambda m: answers.append(json.loads(m.body)), no_ack=True)
    durations = []
    for number in range(times + 50):
        started = time.perf_counter()
        message = amqp.Message(LOAD, correlation_id=str(number), reply_to="amq.rabbitmq.reply-to")
        channel.basic_publish(message, routing_key=QUEUE)
        while not answers:
            connection.drain_events()
        answers.clear()
        if number >= 50:
            durations.append(time.perf_counter() - started)
    print(json.dumps({"call": statistics.median(durations) * 1000}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    measure(sys.argv[2])
