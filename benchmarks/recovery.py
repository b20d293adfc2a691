"""How long a cloud takes from the death of a service to the first boot that was asked for afterwards.

Puts up a cloud of its own with stack.sh (the fake driver, default settings), ends a daemon with all its workers by
kill -9, asks for a server at once, again and again until the API accepts, and waits until that server is ACTIVE. The
supervisor restarts the daemon, as it does in any cloud that stack.sh makes.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import requests

from benchmarks.report import Row, machine, parser, publish
from tests.builders.guests import qcow2_header
from tests.clients.cloud import Client
from tests.clients.stack import DAEMONS, Stack

TARGET = 10.0  # seconds, median
PATIENCE = 120.0  # seconds that one recovery may take
STACKS = {
    "embedded": ("--broker", "embedded", "--database", "sqlite"),
    "rabbit": ("--broker", "rabbit", "--database", "postgresql"),
}
VICTIMS = (*DAEMONS, "nova-lite-compute")


def kill(stack: Stack, daemon: str) -> None:
    """kill -9 of a daemon and its workers."""
    parent = stack.daemon(daemon)
    for process in (parent, *parent.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def boot(client: Client, image: str) -> float:
    """Seconds from now until a server that is asked for now is ACTIVE."""
    started = time.monotonic()
    while time.monotonic() < started + PATIENCE:
        with contextlib.suppress(requests.ConnectionError):
            server = client.boot(image, name="recovery")
            client.wait_status(server, "ACTIVE", PATIENCE)
            taken = time.monotonic() - started
            client.ask("DELETE", f"/servers/{server}")
            client.wait_gone(server)
            return taken
        time.sleep(0.02)
    raise SystemExit(f"recovery: no server within {PATIENCE:.0f} s")


def prepared(stack: Stack) -> tuple[Client, str]:
    """A client and an image to boot from."""
    client = stack.client()
    client.wait_for_hosts(1)
    file = stack.state / "recovery.qcow2"
    file.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
    return client, client.upload(file)


def measure(stack: Stack, rounds: int) -> Iterator[Row]:
    """The rows: an undisturbed boot, and the recovery from each daemon's death."""
    client, image = prepared(stack)
    try:
        calm = statistics.median(boot(client, image) for _ in range(rounds))
        yield Row(name="boot, nothing killed, median", value=calm, unit="s")
        for daemon in VICTIMS:
            taken = []
            for _ in range(rounds):
                kill(stack, daemon)
                taken.append(boot(client, image))
            yield Row(name=f"{daemon} killed, median", value=statistics.median(taken), unit="s", target=TARGET)
            yield Row(name=f"{daemon} killed, worst", value=max(taken), unit="s")
    finally:
        client.close()


def main() -> int:
    """Measure and print; 0 when it ran whole."""
    options = parser("recovery", __doc__ or "")
    options.add_argument("--rounds", type=int, default=5, help="deaths of each daemon (default: 5)")
    options.add_argument("--stack", choices=list(STACKS), default="embedded", help="broker and database")
    arguments = options.parse_args()
    conditions = machine() | {"stack": " ".join(STACKS[arguments.stack]), "rounds": str(arguments.rounds)}
    options_of_stack = ("--hypervisor", "fake", "--no-demo", *STACKS[arguments.stack])
    with (
        tempfile.TemporaryDirectory(prefix="nova-lite-recovery-") as directory,
        Stack(Path(directory) / "var", *options_of_stack) as stack,
    ):
        rows = list(measure(stack, arguments.rounds))
    publish(conditions, rows, arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
