"""Memory and idle CPU of all nova-lite daemons together.

Measures a cloud that runs (its pid files are under STATE/run), or, by default, one of its own: embedded bus and
database, the fake driver, one compute, taken down afterwards.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.report import Row, machine, parser, publish

ROOT = Path(__file__).resolve().parents[1]
PSS_TARGET, CPU_TARGET = 300.0, 1.0  # MiB; per cent of one core
PORT_BASE = 19774
SETTLE = 15.0  # seconds before the idle time begins: the daemons' first work is not idleness


def daemons(state: Path) -> dict[str, list[psutil.Process]]:
    """Every daemon by its name, with its workers."""
    found = {}
    for pid_file in sorted((state / "run").glob("nova-lite-*.pid")):
        parent = psutil.Process(int(pid_file.read_text()))
        found[pid_file.stem] = [parent, *parent.children(recursive=True)]
    return found


def pss(processes: list[psutil.Process]) -> float:
    """Proportional set size together, in MiB: shared pages count once."""
    return sum(process.memory_full_info().pss for process in processes) / 2**20


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """CPU time used so far, user and system, in seconds."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


@contextlib.contextmanager
def own_cloud() -> Iterator[Path]:
    """A cloud for this measurement only."""
    with tempfile.TemporaryDirectory(prefix="nova-lite-footprint-") as directory:
        state = ["--state", directory]
        up = [str(ROOT / "stack.sh"), "--hypervisor", "fake", "--no-demo", "--port-base", str(PORT_BASE), *state]
        try:
            subprocess.run(up, check=True, stdout=sys.stderr)
            yield Path(directory)
        finally:
            subprocess.run([str(ROOT / "unstack.sh"), *state], check=True, stdout=sys.stderr)


def measure(state: Path, seconds: float) -> list[Row]:
    """Memory by daemon and together, and CPU while nobody asks anything."""
    time.sleep(SETTLE)
    groups = daemons(state)
    if not groups:
        raise SystemExit(f"footprint: no daemon runs under {state / 'run'}")
    everyone = [process for group in groups.values() for process in group]
    before, started = cpu_seconds(everyone), time.monotonic()
    time.sleep(seconds)
    used = 100 * (cpu_seconds(everyone) - before) / (time.monotonic() - started)
    rows = [
        Row(name=f"{name} ({len(group)} processes)", value=pss(group), unit="MiB") for name, group in groups.items()
    ]
    rows.append(Row(name="all daemons, PSS", value=sum(row.value for row in rows), unit="MiB", target=PSS_TARGET))
    rows.append(Row(name="all daemons, idle CPU", value=used, unit="% of a core", target=CPU_TARGET))
    return rows


def main() -> int:
    """Measure and print; 0 when it ran whole."""
    options = parser("footprint", __doc__ or "")
    options.add_argument("--state", type=Path, help="state directory of a cloud that runs (default: one of its own)")
    options.add_argument("--seconds", type=float, default=30.0, help="how long to watch the idle CPU (default: 30)")
    arguments: argparse.Namespace = options.parse_args()
    conditions = machine() | {"idle time": f"{arguments.seconds:.0f} s after {SETTLE:.0f} s of rest"}
    with contextlib.nullcontext(arguments.state) if arguments.state else own_cloud() as state:
        rows = measure(state, arguments.seconds)
    publish(conditions, rows, arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
