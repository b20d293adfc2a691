"""A service whose consumer dies: ``python -m tests.contract.rpc.mortal_process SETTINGS_JSON WAY``.

It ends as launchers do.
"""

from __future__ import annotations

import json
import sys

from nova_lite.core import concurrency


def main() -> int:
    concurrency.patch()
    from nova_lite.core import launcher
    from nova_lite.core.clock import SystemClock
    from nova_lite.core.context import system_context
    from nova_lite.core.errors import NovaLiteError
    from nova_lite.core.service import Closing, PeriodicTasks, Service
    from nova_lite.rpc import BusSettings, connect
    from tests.contract.rpc.contracts import Office, Post
    from tests.contract.rpc.deaths import WAYS

    bus = connect(BusSettings(**json.loads(sys.argv[1])), SystemClock())
    server, post = bus.server(), bus.proxy(Post)
    server.serve(Post, Office("mortal"))

    def die() -> None:
        print(post.who(system_context()), flush=True)
        WAYS[sys.argv[2]](server)
        while True:  # what comes in now meets the dead consumer
            try:
                post.drop(system_context(), 1)
            except NovaLiteError:
                concurrency.sleep(0.1)

    tasks = PeriodicTasks(SystemClock())
    tasks.add("die", 3600.0, die, at_start=True)
    return launcher.run(Service("mortal", [Closing(bus.close), server, tasks]), grace=1.0)


if __name__ == "__main__":
    sys.exit(main())
