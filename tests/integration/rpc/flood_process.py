"""One end of a flood: ``python -m tests.integration.rpc.flood_process SETTINGS_JSON slow-server|sender``.

Prints ``ready``.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Protocol

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.rpc.interface import cast, interface

SIZE = 4096  # bytes of a message
SENDERS = 200
PAUSE = 0.2  # seconds that the server's worker takes for a message


@interface(topic="post", version="1.0", name="flood")
class Flood(Protocol):
    @cast
    def pour(self, context: RequestContext, water: bytes) -> None: ...


class Slow(Flood):
    def pour(self, context: RequestContext, water: bytes) -> None:
        concurrency.event().wait(PAUSE)


def send(bus: Any) -> None:
    """Casts without end; prints how many were offered and how many of them taken, every second."""
    from nova_lite.core.context import system_context
    from nova_lite.core.errors import Unavailable

    flood, water, offered, taken = bus.proxy(Flood), b"x" * SIZE, 0, 0

    def pour() -> None:
        nonlocal offered, taken
        while True:
            offered += 1
            try:
                flood.pour(system_context(), water)
                taken += 1
            except Unavailable:
                concurrency.event().wait(0.01)

    for _ in range(SENDERS):
        concurrency.spawn(pour)
    while True:
        concurrency.event().wait(1.0)
        print(offered, taken, flush=True)


def main() -> None:
    concurrency.patch()
    from nova_lite.core.clock import SystemClock
    from nova_lite.rpc import BusSettings, connect

    bus = connect(BusSettings(**json.loads(sys.argv[1])), SystemClock())
    if sys.argv[2] == "sender":
        send(bus)
    server = bus.server(workers=4)
    server.serve(Flood, Slow())
    server.start()
    print("ready", flush=True)
    server.wait()


if __name__ == "__main__":
    main()
