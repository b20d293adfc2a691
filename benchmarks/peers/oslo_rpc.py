"""oslo.messaging over RabbitMQ, measured as benchmarks/rpc measures us. Run by it, in the peer's environment.

``oslo_rpc.py serve URL`` says ``ready``; ``oslo_rpc.py measure URL SECONDS CALLERS…`` prints one JSON object.
What it does is made equal to ours where the library leaves a choice: durable queues and exchange, persistent messages,
mandatory delivery and a publisher confirm for every cast. It confirms requests and answers of calls too, there is no
choice. Threads, as the library wants it since it gave up eventlet.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from collections.abc import Callable

import oslo_messaging  # type: ignore[import-not-found]  # only its own environment has it
from oslo_config import cfg

LOAD = {"number": 1, "lines": ["x" * 48] * 20}
TOPIC = "bench-oslo"


def transport(url: str) -> oslo_messaging.RPCTransport:
    conf = cfg.CONF
    conf([])
    address = "rabbit" + url[url.index(":"):].rstrip("/") + "/"
    # The first one registers the options; connections read them when they are made.
    oslo_messaging.get_rpc_transport(conf, url=address).cleanup()
    conf.set_override("amqp_durable_queues", True, group="oslo_messaging_rabbit")
    return oslo_messaging.get_rpc_transport(conf, url=address)


class Echoer:
    """The other side."""

    def echo(self, context: dict[str, object], load: dict[str, object]) -> dict[str, object]:
        return load

    def note(self, context: dict[str, object], load: dict[str, object]) -> None:
        """Hears it."""


def serve(url: str) -> None:
    target = oslo_messaging.Target(topic=TOPIC, server="one")
    server = oslo_messaging.get_rpc_server(transport(url), target, [Echoer()], executor="threading")
    server.start()
    print("ready", flush=True)
    threading.Event().wait()


def rate(function: Callable[[], object], callers: int, seconds: float) -> float:
    end, counts = time.perf_counter() + seconds, [0] * callers

    def work(index: int) -> None:
        while time.perf_counter() < end:
            function()
            counts[index] += 1

    threads = [threading.Thread(target=work, args=(index,)) for index in range(callers)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def latency(function: Callable[[], object], times: int = 300) -> float:
    durations = []
    for number in range(times + 50):
        started = time.perf_counter()
        function()
        if number >= 50:
            durations.append(time.perf_counter() - started)
    return statistics.median(durations) * 1000


def measure(url: str, seconds: float, callers: list[int]) -> None:
    options = oslo_messaging.TransportOptions(at_least_once=True)  # mandatory
    target = oslo_messaging.Target(topic=TOPIC)
    client = oslo_messaging.get_rpc_client(transport(url), target, timeout=30).prepare(transport_options=options)
    found = {"call": latency(lambda: client.call({}, "echo", load=LOAD))}
    for number in callers:
        found[f"calls at {number}"] = rate(lambda: client.call({}, "echo", load=LOAD), number, seconds)
    found["casts at 20"] = rate(lambda: client.cast({}, "note", load=LOAD), 20, seconds)
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    measure(sys.argv[2], float(sys.argv[3]), [int(number) for number in sys.argv[4:]])
