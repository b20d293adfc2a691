"""A client in a process of its own: ``python -m tests.integration.rpc.asker_process SETTINGS_JSON``.

Prints who answered.
"""

from __future__ import annotations

import json
import sys

from nova_lite.core import concurrency


def main() -> None:
    concurrency.patch()
    from nova_lite.core.clock import SystemClock
    from nova_lite.core.context import system_context
    from nova_lite.rpc import BusSettings, connect
    from tests.contract.rpc.contracts import Parcel, Post
    from tests.patience import PATIENCE

    bus = connect(BusSettings(**json.loads(sys.argv[1])), SystemClock())
    post = bus.proxy(Post, host="far", timeout=PATIENCE)
    post.drop(system_context(), 1)
    weight = sum(post.weigh(system_context(), Parcel(name="x", weight=number)).weight for number in range(10))
    print(post.who(system_context()), weight, bus.ping("post", "far").identity, flush=True)
    bus.close()


if __name__ == "__main__":
    main()
