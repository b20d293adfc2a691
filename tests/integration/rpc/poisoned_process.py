"""A server that some casts kill: ``python -m tests.integration.rpc.poisoned_process SETTINGS_JSON``.

Prints what it hears. A line is ``ready``, ``begun NUMBER MESSAGE_ID``, ``ended NUMBER``, or
``event rpc.refused PAYLOAD_JSON``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from nova_lite.core import concurrency

DEADLY: dict[int, Callable[[], None]] = {1: lambda: os._exit(9), 2: lambda: os.kill(os.getpid(), signal.SIGSEGV)}
SLOWNESS, SLOWER = 0.3, 1.0  # seconds that a deadly message is in work, and a harmless one: both are when it strikes


def main() -> None:
    concurrency.patch()
    from nova_lite.cmd.refusals import RefusalEvents
    from nova_lite.core.clock import SystemClock
    from nova_lite.core.context import RequestContext
    from nova_lite.rpc import BusSettings, connect
    from nova_lite.rpc.delivery import Delivery
    from tests.contract.rpc.contracts import Office, Post

    class Poisoned(Office):
        def drop(self, context: RequestContext, number: int) -> None:
            concurrency.event().wait(SLOWNESS if number in DEADLY else SLOWER)
            if number in DEADLY:
                DEADLY[number]()
            print("ended", number, flush=True)

    def begun(delivery: Delivery) -> None:
        if delivery.method == "drop":
            print("begun", delivery.arguments.number, delivery.message_id, flush=True)  # type: ignore[attr-defined]

    def emit(event: str, payload: dict[str, Any]) -> None:
        print("event", event, json.dumps(payload), flush=True)

    clock = SystemClock()
    server = connect(BusSettings(**json.loads(sys.argv[1])), clock).server()
    server.authorise, server.observe = begun, RefusalEvents(clock, emit).observe
    server.serve(Post, Poisoned("survivor"))
    server.start()
    print("ready", flush=True)
    server.wait()


if __name__ == "__main__":
    main()
