"""What is lost, doubled, stuck or leaked while everything is killed, frozen and restarted again and again.

Real processes of a cloud of its own with the fake driver and three hosts; leases and periods are short, so that more
faults fit into the time. Concurrent clients boot, act and delete, and log what they were promised; a seeded monkey
strikes the daemons, and on the rabbit stack the broker and the database. In the end an independent checker reads the
database and the hypervisors. tests/integration/crash/test_checker.py plants each violation for it to find.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row, machine, parser, publish
from nova_lite.db.session import Database
from stack.servers import PostgreSQL, RabbitMQ
from tests.builders.guests import qcow2_header
from tests.integration.crash.chaos import Plan, Tally, run
from tests.integration.crash.checker import findings
from tests.integration.processes import Processes

HOSTS = ("h1", "h2", "h3")
DOWN_AFTER = 20.0  # seconds
# Kinds of complaints that break a promise; a boot that ended in ERROR with a fault ("failed") does not.
PROMISES = ("lost", "doubled", "stuck", "leaked", "untrue", "unexplained")


@contextlib.contextmanager
def servers(stack: str, directory: Path) -> Iterator[dict[str, RabbitMQ | PostgreSQL]]:
    """The broker and the database of the rabbit stack."""
    if stack == "embedded":
        yield {}
        return
    with RabbitMQ(directory / "rabbit") as broker, PostgreSQL(directory / "postgresql") as database:
        yield {"broker": broker, "database": database}


def chaos(stack: str, plan: Plan, directory: Path) -> Tally:
    """The whole run; the checker's findings are among the complaints."""
    cloud_directory = directory / "cloud"
    cloud_directory.mkdir()
    with servers(stack, directory) as real:
        broker, base = (real[name].url if real else "" for name in ("broker", "database"))
        with Processes(cloud_directory, HOSTS, broker, base, DOWN_AFTER) as cloud:
            image = cloud_directory / "image.qcow2"
            image.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
            tally = run(cloud, real, cloud.client.upload(image), plan)
            database = Database(cloud.database_url)
            tally.complaints += findings(database, {host: cloud_directory / host / "instances" for host in HOSTS})
            database.close()
    return tally


def rows(tally: Tally, seconds: float) -> list[Row]:
    """The table: how much happened, and every promise's count."""
    counted = [kind for kind, _ in tally.complaints]
    return [
        Row(name="operations", value=tally.operations, unit=""),
        *(Row(name=f"  {name}", value=count, unit="") for name, count in sorted(tally.done.items())),
        Row(name="faults", value=sum(tally.faults.values()), unit=""),
        *(Row(name=f"  {name}", value=count, unit="") for name, count in sorted(tally.faults.items())),
        Row(name="time", value=seconds, unit="s"),
        *(Row(name=kind, value=counted.count(kind), unit="", target=0) for kind in PROMISES),
        Row(name="ended in ERROR or as before, with a fault", value=counted.count("failed"), unit=""),
        Row(name="refused", value=counted.count("refused"), unit=""),
        Row(name="daemons that did not stop when asked", value=counted.count("deaf"), unit="", target=0),
        Row(name="500 answers", value=counted.count("error"), unit="", target=0),
    ]


def main() -> int:
    """Run and print; 0 when it ran whole."""
    options = parser("chaos", __doc__ or "")
    options.add_argument("--stack", choices=("embedded", "rabbit"), default="embedded",
                         help="embedded: zmq and SQLite; rabbit: RabbitMQ and PostgreSQL, which are struck too")
    options.add_argument("--minutes", type=float, default=2.0, help="at least so long (default: 2)")
    options.add_argument("--operations", type=int, default=0, help="at least so many operations")
    options.add_argument("--faults", type=int, default=0, help="at least so many faults")
    options.add_argument("--clients", type=int, default=8, help="concurrent clients (default: 8)")
    options.add_argument("--seed", type=int, default=1, help="of the monkey and the clients (default: 1)")
    arguments = options.parse_args()
    plan = Plan(seed=arguments.seed, seconds=arguments.minutes * 60, customers=arguments.clients,
                operations=arguments.operations, faults=arguments.faults)
    conditions = machine() | {"stack": arguments.stack, "hosts": str(len(HOSTS)), "clients": str(plan.customers),
                              "seed": str(plan.seed)}
    with tempfile.TemporaryDirectory(prefix="nova-lite-chaos-") as directory:
        started = time.monotonic()
        with contextlib.redirect_stdout(sys.stderr):
            tally = chaos(arguments.stack, plan, Path(directory))
        publish(conditions, rows(tally, time.monotonic() - started), arguments.json)
        for kind, text in tally.complaints:
            print(f"{kind}: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
