"""What is lost, doubled, stuck or leaked while everything is killed, frozen, cut off and restarted again and again.

Real processes of a cloud of its own with the fake driver, three hosts, two conductors and two schedulers; leases and
periods are short, so that more faults fit into the time. Concurrent clients boot, act and delete, and log what they
were promised; a seeded monkey strikes the daemons, the broker and the database of a stack that has them, and the TCP
links between; now and then a customer loses the host of a server of its own and evacuates it. In the end an
independent checker reads the database, the hypervisors and the notifications.
tests/integration/crash/test_checker.py plants each violation for it to find.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Row, machine, parser, publish
from tests.integration.crash.chaos import Plan, run
from tests.integration.crash.customer import Tally
from tests.integration.crash.scene import STACKS, scene, servers

HOSTS = ("h1", "h2", "h3")
DOWN_AFTER = 30.0  # seconds, as by default
# Kinds of complaints that break a promise; a boot that ended in ERROR with a fault ("failed") does not.
PROMISES = ("lost", "doubled", "stuck", "leaked", "untrue", "unexplained")


def chaos(stack: str, plan: Plan, directory: Path) -> Tally:
    """The whole run; the checker's findings are among the complaints."""
    with (
        servers(stack, directory) as running,
        scene(running, directory / "cloud", HOSTS, down_after=DOWN_AFTER, copies=2, linked=True) as made,
    ):
        return run(made, plan, lambda text: print(text, file=sys.stderr, flush=True))


def rows(tally: Tally, seconds: float) -> list[Row]:
    """The table: how much happened, and every promise's count."""
    counted = [kind for kind, _ in tally.complaints]
    return [
        Row(name="operations", value=tally.operations, unit=""),
        *(Row(name=f"  {name}", value=count, unit="") for name, count in sorted(tally.done.items())),
        Row(name="faults", value=sum(tally.faults.values()), unit=""),
        *(Row(name=f"  {name}", value=count, unit="") for name, count in sorted(tally.faults.items())),
        Row(name="time", value=seconds, unit="s"),
        Row(name="operations whose start and end the world was told of", value=tally.told, unit=""),
        *(Row(name=kind, value=counted.count(kind), unit="", target=0) for kind in PROMISES),
        Row(name="ended in ERROR or as before, with a fault", value=counted.count("failed"), unit=""),
        Row(name="took more than 120 s, and ended before its deadline", value=counted.count("slow"), unit=""),
        Row(name="refused", value=counted.count("refused"), unit=""),
        Row(name="daemons that did not stop when asked", value=counted.count("deaf"), unit="", target=0),
        Row(name="500 answers", value=counted.count("error"), unit="", target=0),
    ]


def main() -> int:
    """Run and print; 0 when it ran whole."""
    options = parser("chaos", __doc__ or "")
    options.add_argument("--stack", choices=STACKS, default=STACKS[0], help=f"(default: {STACKS[0]})")
    options.add_argument("--keep", metavar="DIR", type=Path, help="run there, and leave logs and database")
    options.add_argument("--minutes", type=float, default=2.0, help="at least so long (default: 2)")
    options.add_argument("--operations", type=int, default=0, help="at least so many operations")
    options.add_argument("--faults", type=int, default=0, help="at least so many faults")
    options.add_argument("--pause", type=float, default=5.0, help="seconds between two faults (default: 5)")
    options.add_argument("--clients", type=int, default=8, help="concurrent clients (default: 8)")
    options.add_argument("--seed", type=int, default=1, help="of the monkey and the clients (default: 1)")
    arguments = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # everything that was started ends with it
    plan = Plan(seed=arguments.seed, seconds=arguments.minutes * 60, customers=arguments.clients,
                pause=arguments.pause,
                operations=arguments.operations, faults=arguments.faults)
    conditions = machine() | {"stack": arguments.stack, "hosts": str(len(HOSTS)), "clients": str(plan.customers),
                              "seed": str(plan.seed)}
    with contextlib.ExitStack() as stack:
        directory = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nova-lite-chaos-")))
        started = time.monotonic()
        with contextlib.redirect_stdout(sys.stderr):
            tally = chaos(arguments.stack, plan, directory)
        publish(conditions, rows(tally, time.monotonic() - started), arguments.json)
        for kind, text in tally.complaints:
            print(f"{kind}: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
