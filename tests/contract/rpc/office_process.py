"""An office in a process of its own: ``python -m tests.contract.rpc.office_process SETTINGS_JSON [HOST]``.

Says ``ready``, then ``hold`` or ``hold_cast`` whenever it has begun one.
"""

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
    office = Office("process")
    server.serve(Post, office, sys.argv[2] if len(sys.argv) > 2 else None)
    server.start()
    print("ready", flush=True)
    while True:
        print(office.entered.get(), flush=True)


if __name__ == "__main__":
    main()
