"""The command behind run_tests.sh: prepares the machine, then runs the layers, cheapest first.

Standard library only: it starts before there is a virtual environment.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from guest.errors import GuestBuildError
from guest.packages import current_agent, current_kernel, fetch
from guest.tools import APT_PACKAGES, APT_PACKAGES_SSH
from stack import apt, venv
from stack.errors import StackError
from stack.servers import Libvirt, MariaDB, PostgreSQL, RabbitMQ
from tests.lanes import Lanes

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("style", "unit", "contract", "functional", "integration", "e2e")
PROMISES = "promises"  # of several layers: what docs/promises.md names
# Tools that some tests call themselves (isoinfo is in genisoimage).
MORE_PACKAGES = ("iproute2", "genisoimage", "systemd", "systemd-container", "dbus", "python3")
# One part of the layers more than there are cores for us: each waits more than it computes.
LANES = len(os.sched_getaffinity(0)) + 1
# Layers that start real brokers, databases or hypervisors.
REAL = ("contract", "integration", "e2e", PROMISES)
TESTS = "requirements-test.txt"


def main() -> int:
    """Run; the exit status of the first layer that failed, or 0."""
    parser = argparse.ArgumentParser(
        prog="run_tests.sh", description="Run the tests of nova-lite, in this order: " + " ".join(LAYERS) + ".",
        epilog="Everything after -- goes to pytest: ./run_tests.sh unit -- -k scheduler",
    )
    parser.add_argument(
        "layers", nargs="*", metavar="LAYER",
        help=f"layers to run (default: all), or {PROMISES}: the tests that docs/promises.md names",
    )
    arguments, rest = _split(sys.argv[1:])
    parser.add_argument(
        "--jobs", type=int, default=LANES, metavar="N",
        help="parts of layers that run at the same time, once the quick ones have passed (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error(f"--jobs must be 1 or more, not {options.jobs}")
    layers = tuple(options.layers) or LAYERS
    for layer in layers:
        if layer not in (*LAYERS, PROMISES):
            parser.error(f"unknown layer {layer!r}; there are {', '.join(LAYERS)}, and {PROMISES}")
    try:
        prepare(layers)
    except (StackError, GuestBuildError) as error:
        print(f"run_tests.sh: {error}", file=sys.stderr)
        return 1
    with environments(layers):
        return Lanes(ROOT, options.jobs, rest).run(layers)


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def prepare(layers: tuple[str, ...]) -> None:
    """Install the Debian packages and the virtual environment that the layers need."""
    state = ROOT / "var"
    state.mkdir(exist_ok=True)
    log = state / "tests-install.log"
    wanted = [*venv.build_packages("qemu")]
    if set(layers) & set(REAL):
        wanted += [name for server in (Libvirt, MariaDB, PostgreSQL, RabbitMQ) for name in server.packages]
        wanted += [*APT_PACKAGES, *APT_PACKAGES_SSH, *MORE_PACKAGES]
    if "style" in layers:
        wanted.append("systemd")  # for systemd-analyze
    missing = apt.missing(wanted) if apt.available() else ()
    if missing:
        _say(f"installing {len(missing)} Debian packages")
        apt.install(missing, log)
    if "e2e" in layers and apt.available():
        try:
            _fetch_guests()
        except GuestBuildError:  # lists that are missing, or old: a package's version has gone
            apt.update(log)
            _fetch_guests()
    _say(f"virtual environment {venv.ensure(ROOT, 'qemu', log, (TESTS,))}")


def _fetch_guests() -> None:
    """Download what the tests' guests are made of; nothing to do where it is there."""
    for package in (current_kernel(), current_agent()):
        fetch(package, ROOT / "var/tests/guest-cache")


@contextlib.contextmanager
def environments(layers: tuple[str, ...]) -> Iterator[None]:
    """Meanwhile the other programs' environments are made: on a fresh machine that takes minutes.

    A failure is told by the tests that need them.
    """
    if not set(layers) & set(REAL):
        yield
        return
    with (ROOT / "var" / "tests-environments.log").open("wb") as log:
        making = subprocess.Popen(
            [ROOT / ".venv/bin/python", "-m", "tests.environments"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, start_new_session=True,
        )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(making.pid, signal.SIGKILL)
        making.wait()


def _say(line: str) -> None:
    print(f"run_tests: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
