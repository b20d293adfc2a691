"""An office in a process of its own: ``python -m tests.contract.rpc.office_process SETTINGS_JSON [HOST]``. Says ``ready``."""

from __future__ import annotations

import json
import sys

from nova_lite.core import concurrency


def main() -> None:
    concurrency.patch()
    from nova_lite.core.clock import SystemClock
    from nova_lite.rpc import BusSettings, connect
    from tests.contract.rpc.contracts import Office, Post

    server = connect(BusSettings(**json.loads(sys.argv[1])), SystemClock()).server()
    server.serve(Post, Office("process"), sys.argv[2] if len(sys.argv) > 2 else None)
    server.start()
    print("ready", flush=True)
    server.wait()


if __name__ == "__main__":
    main()
