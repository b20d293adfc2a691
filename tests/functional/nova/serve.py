"""A cloud that lends a real Nova its identity, images and networks, and is asked the same questions.

``python -m tests.functional.nova.serve DIRECTORY PORT`` puts it up until it is interrupted, and writes ``world.json``
there for ``ask``. docs/api.md tells how to record with it.
"""

from __future__ import annotations

import dataclasses
import json
import signal
import sys
import threading
from pathlib import Path

from tests.builders.guests import qcow2_header
from tests.functional.nova import world
from tests.functional.whole.cloud import Cloud


def main() -> int:
    directory, port = Path(sys.argv[1]), int(sys.argv[2])
    directory.mkdir(parents=True)
    image = directory / "image.qcow2"
    image.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Cloud(directory, world.HOSTS, world.MORE, port=port) as cloud:
        people = world.people(cloud)
        told = {"url": f"{cloud.client.url}/compute/v2.1", "names": world.names(cloud, image, people),
                "people": {name: dataclasses.asdict(person) for name, person in people.items()}}
        (directory / "world.json").write_text(json.dumps(told, indent=1))
        print(f"serving; the world is in {directory}/world.json", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
