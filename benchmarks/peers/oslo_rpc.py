"""oslo.messaging over RabbitMQ, run in an environment of its own. Its argument is the broker's URL.

What it does is made equal to ours where the library leaves a choice: durable queues and exchange, persistent messages,
mandatory delivery and a publisher confirm for every cast. It confirms requests and answers of calls too, there is no
choice. Threads, as the library wants it since it gave up eventlet.
"""

from __future__ import annotations

import threading

import oslo_messaging  # type: ignore[import-not-found]  # only its own environment has it
from oslo_config import cfg

from benchmarks.peers.contender import LINES, main, obey, ready

LOAD = {"number": 1, "lines": LINES}
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
    ready()
    threading.Event().wait()


def measure(url: str) -> None:
    options = oslo_messaging.TransportOptions(at_least_once=True)  # mandatory
    target = oslo_messaging.Target(topic=TOPIC)
    client = oslo_messaging.get_rpc_client(transport(url), target, timeout=30).prepare(transport_options=options)
    obey(lambda: client.call({}, "echo", load=LOAD), lambda: client.cast({}, "note", load=LOAD))


if __name__ == "__main__":
    main(serve, measure)
