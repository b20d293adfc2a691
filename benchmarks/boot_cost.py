"""What one boot costs: messages between the services, SQL statements, commits, CPU time.

A whole cloud in one process (local bus, SQLite, the fake driver, plain threads) counts them while servers are booted
one after the other; periodic work is slowed down so that it does not count. Statements of the API's own checks of
the request (token, flavor, image, quota) are included.
"""

from __future__ import annotations

import collections
import contextlib
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import Engine, event

from benchmarks.report import Row, machine, parser, publish
from nova_lite.rpc.drivers.local import LocalListener, Parcel
from tests.builders.guests import qcow2_header
from tests.functional.whole.cloud import Cloud

QUIET = "report_interval = 600\nlease_interval = 600\n[conductor]\nreaper_interval = 600\n"
PATIENCE = 20.0  # seconds for one boot


class Counts:
    """Counts since the last :meth:`reset`: ``sql``, ``commits``, and messages by kind."""

    def __init__(self) -> None:
        self.seen: collections.Counter[str] = collections.Counter()

    def reset(self) -> None:
        self.seen.clear()

    def on_statement(self, *arguments: object) -> None:
        self.seen["sql"] += not str(arguments[2]).startswith("BEGIN")

    def on_commit(self, connection: object) -> None:
        self.seen["commits"] += 1

    def watch(self, listener: LocalListener) -> None:
        """Count what this listener is given."""
        put = listener.put

        def counted(parcel: Parcel) -> None:
            self.seen[parcel.message.kind] += 1
            put(parcel)

        listener.put = counted  # type: ignore[method-assign]


def booted(cloud: Cloud, server: str) -> bool:
    """Whether the server is ACTIVE, without a statement that would be counted."""
    with sqlite3.connect(cloud.directory / "db.sqlite") as database:
        ((state, task),) = database.execute("SELECT vm_state, task_state FROM instances WHERE uuid = ?", (server,))
    database.close()
    return bool(state == "active" and task is None)


def measure(cloud: Cloud, image: str, boots: int) -> list[Row]:
    """Medians over so many boots."""
    counts = Counts()
    event.listen(Engine, "before_cursor_execute", counts.on_statement)
    event.listen(Engine, "commit", counts.on_commit)
    for listener in cloud.listeners():
        counts.watch(listener)
    taken: dict[str, list[float]] = collections.defaultdict(list)
    for _ in range(boots):
        counts.reset()
        cpu = time.process_time()
        server = cloud.client.boot(image)
        cloud.client.wait(lambda: booted(cloud, server), "ACTIVE", PATIENCE)  # noqa: B023
        taken["cpu"].append(1000 * (time.process_time() - cpu))
        for name in ("sql", "commits", "cast", "call", "fanout"):
            taken[name].append(counts.seen[name])
        cloud.client.wait_status(server, "ACTIVE")
    found = {name: statistics.median(values) for name, values in taken.items()}
    requests = found["cast"] + found["call"] + found["fanout"]
    return [
        Row(name="messages (casts, calls, fanouts)", value=requests, unit="", target=6),
        Row(name="answers to calls", value=found["call"], unit=""),
        Row(name="SQL statements without BEGIN", value=found["sql"], unit="", target=25),
        Row(name="commits", value=found["commits"], unit="", target=5),
        Row(name="CPU of all services and the client", value=found["cpu"], unit="ms", target=20),
    ]


def main() -> int:
    """Measure and print; 0 when it ran whole."""
    options = parser("boot_cost", __doc__ or "")
    options.add_argument("--boots", type=int, default=50, help="servers to boot (default: 50)")
    arguments = options.parse_args()
    with (
        contextlib.redirect_stdout(sys.stderr), tempfile.TemporaryDirectory(prefix="nova-lite-boot-cost-") as directory,
        Cloud(Path(directory), more=QUIET) as cloud,
    ):
        quota = {"instances": 10**6, "cores": 10**6, "ram": 10**8}
        cloud.client.ask("PUT", f"/os-quota-sets/{cloud.client.project_id}", {"quota_set": quota})
        file = Path(directory) / "image.qcow2"
        file.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
        rows = measure(cloud, cloud.client.upload(file), arguments.boots)
    publish(machine() | {"boots": str(arguments.boots), "bus": "local", "database": "sqlite"}, rows, arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
