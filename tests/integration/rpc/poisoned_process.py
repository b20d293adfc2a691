"""A server that a cast kills: ``python -m tests.integration.rpc.poisoned_process SETTINGS_JSON``; prints what it hears."""

from __future__ import annotations

import json
import os
import sys

from nova_lite.core import concurrency


def main() -> None:
    concurrency.patch()
    from nova_lite.core.clock import SystemClock
    from nova_lite.core.context import RequestContext
    from nova_lite.rpc import BusSettings, Refusal, connect
    from tests.contract.rpc.contracts import Office, Post

    class Poisoned(Office):
        def drop(self, context: RequestContext, number: int) -> None:
            print("poison", flush=True)
            os._exit(9)

    def refused(refusal: Refusal) -> None:
        print(refusal.error.code, flush=True)

    server = connect(BusSettings(**json.loads(sys.argv[1])), SystemClock()).server()
    server.observe = refused
    server.serve(Post, Poisoned("survivor"))
    server.start()
    print("ready", flush=True)
    server.wait()


if __name__ == "__main__":
    main()
