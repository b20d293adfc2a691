"""An unmodified notification listener of oslo.messaging. Run in its own environment (benchmarks/peers).

``notifications_listener.py URL COUNT`` says ``ready``, then prints notifications as JSON, one a line, until it has
heard so many different ones: what a sender was not sure of comes again.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import oslo_messaging  # type: ignore[import-not-found]  # only its own environment has it
from oslo_config import cfg


class Printer:
    """Hears the priorities info and error."""

    def __init__(self, count: int) -> None:
        self._count, self.done = count, threading.Event()
        self._ids: set[str] = set()
        self._lock = threading.Lock()  # the listener has several threads, and a line is written in two pieces

    def info(self, *heard: Any) -> None:
        self._hear("info", *heard)

    def error(self, *heard: Any) -> None:
        self._hear("error", *heard)

    def _hear(self, queue: str, context: Any, publisher_id: str, event_type: str, payload: Any, metadata: Any) -> None:
        line = json.dumps({
            "queue": queue, "context": dict(context), "publisher_id": publisher_id, "event_type": event_type,
            "payload": payload, "metadata": metadata,
        })
        with self._lock:
            print(line, flush=True)
            self._ids.add(metadata["message_id"])
            if len(self._ids) == self._count:
                self.done.set()


def main(url: str, count: int) -> None:
    conf = cfg.ConfigOpts()
    conf([])
    transport = oslo_messaging.get_notification_transport(conf, url="rabbit" + url[url.index(":"):])
    conf.set_override("amqp_durable_queues", True, group="oslo_messaging_rabbit")
    printer = Printer(count)
    target = oslo_messaging.Target(topic="notifications", exchange="nova")
    listener = oslo_messaging.get_notification_listener(transport, [target], [printer], executor="threading")
    listener.start()
    print("ready", flush=True)
    printer.done.wait()
    listener.stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
