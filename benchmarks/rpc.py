"""What a message costs: calls and casts with a typed payload of 1 KiB, between two processes of this machine.

Over zmq (ipc) and RabbitMQ (a private broker), unsigned and signed, beside oslo.messaging on the same broker, and bare
echoes of pyzmq and py-amqp as the limits. A bare echo under our concurrency back end says what its event loop costs.
All processes run all the time, and each figure is taken of every system in turn: what disturbs the machine disturbs
them all, and the ratios hold.

Targets are held against the signed figures, though no peer signs; where the unsigned one is held too, it is the
transport that is judged. The bare echoes send bytes that were encoded once (pyzmq) or go through json (py-amqp).

A cast is the same to both systems on RabbitMQ: durable queue, persistent message, mandatory, and the caller waits for
the broker to confirm this very message. A call is not: oslo.messaging has request and answer confirmed by the broker,
we do not, for the answer itself confirms both.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple, Self

import psutil

from benchmarks.peers import bus_rpc
from benchmarks.peers.environment import interpreter
from benchmarks.report import Row, machine, parser, publish
from nova_lite.core import concurrency
from nova_lite.rpc import BusSettings
from nova_lite.rpc.signing import generate
from stack import processes
from stack.servers import RabbitMQ
from stack.servers.base import MARK

ROOT = Path(__file__).parents[1]
OURS = Path(sys.executable)
CALLS = {"calls at 1": 1, "calls at 20": 20, "calls at 200": 200}
CASTS = {"casts at 20": 20, "casts at 200": 200}
WORDS = 4000  # characters of the last complaints of processes that failed
SIDES = ("server", "client", "broker")
TELLING = ("calls at 20", "casts at 20")  # their CPU is told


class Figures(dict[str, float]):
    """What one system reached: ``call`` in milliseconds, ``… CPU`` in microseconds each, everything else per second."""


class System(NamedTuple):
    """A contender. ``limit``: a bare echo, of which nothing is wanted but its latency. ``broker``: its processes."""

    name: str
    program: str
    argument: str
    python: Path = OURS
    limit: bool = False
    broker: tuple[int, ...] = ()

    def command(self, role: str) -> list[str | Path]:
        return [self.python, "-W", "ignore", "-m", f"benchmarks.peers.{self.program}", role, self.argument]


class Pair:
    """Both processes of a system, running."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._running: list[subprocess.Popen[str]] = []
        self._words = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 - closed on leaving
        self.figures: list[Figures] = []

    def __enter__(self) -> Self:
        try:
            for role in ("serve", "measure"):
                self._running.append(subprocess.Popen(
                    self.system.command(role), cwd=ROOT, text=True, bufsize=1, stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, stderr=self._words,
                ))
                self._hear("ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._running):
            process.kill()
            process.communicate()
        self._words.close()

    def ask(self, figure: str, kind: str, callers: int, seconds: float) -> None:
        """Measure one figure once; it belongs to the latest of ``figures``."""
        question = self._running[-1].stdin
        assert question is not None
        before = self._cpu()
        question.write(f"{kind} {callers} {seconds}\n")
        found = json.loads(self._hear())
        used = [after - earlier for after, earlier in zip(self._cpu(), before, strict=True)]
        latest = self.figures[-1]
        if callers == 1:
            latest["call"] = found["median"]
        latest[figure] = found["rate"]
        if figure in TELLING:
            for who, spent in zip(SIDES, used, strict=True):
                latest[f"{figure}, {who} CPU"] = spent / found["done"] * 1e6

    def _hear(self, expected: str = "") -> str:
        answer = self._running[-1].stdout
        assert answer is not None
        line = answer.readline()
        if not line or (expected and line.strip() != expected):
            self._words.seek(0)
            raise SystemExit(f"benchmarks/rpc: {self.system.name} said {line!r}\n{self._words.read()[-WORDS:]}")
        return line

    def _cpu(self) -> list[float]:
        groups = [*([process.pid] for process in self._running), self.system.broker]
        return [sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids) for pids in groups]


def systems(directory: Path, broker: str, pids: tuple[int, ...]) -> list[System]:
    """Everything that is compared, in the order of the table; ``broker`` empty leaves RabbitMQ out."""
    keys = directory / "keys"
    for identity in (bus_rpc.CLIENT, bus_rpc.SERVER):
        generate(keys, identity)

    def ours(name: str, settings: BusSettings, pids: tuple[int, ...] = ()) -> list[System]:
        signed = dataclasses.replace(
            settings, key_dir=str(keys), namespace="signed",
            zmq_ipc_dir=settings.zmq_ipc_dir and f"{settings.zmq_ipc_dir}-signed",
        )
        of_both = ((name, settings), (f"{name} signed", signed))
        return [System(title, "bus_rpc", bus_rpc.argument(each), broker=pids) for title, each in of_both]

    def echo(how: str) -> str:
        return f"{how} ipc://{directory / how}"

    found = [
        System("bare pyzmq", "zmq_rpc", echo("blocking"), limit=True),
        System("bare pyzmq, same event loop", "zmq_rpc", echo("watched"), limit=True),
        *ours("zmq", BusSettings(identity="", transport="zmq", zmq_ipc_dir=str(directory / "bus"))),
    ]
    if broker:
        found += [
            System("bare py-amqp", "amqp_rpc", broker, limit=True, broker=pids),
            System("oslo.messaging", "oslo_rpc", broker, interpreter(), broker=pids),
            *ours("RabbitMQ", BusSettings(identity="", transport="kombu", url=broker), pids),
        ]
    return found


def contest(chosen: list[System], repeats: int, seconds: float) -> dict[str, Figures]:
    """The medians of every system's figures."""
    with contextlib.ExitStack() as stack:
        pairs = [stack.enter_context(Pair(system)) for system in chosen]
        for _ in range(repeats):
            for pair in pairs:
                pair.figures.append(Figures())
            for figure, callers in (CALLS | CASTS).items():
                for pair in pairs:
                    if callers == 1 or not pair.system.limit:
                        pair.ask(figure, "call" if figure in CALLS else "cast", callers, seconds)
    return {pair.system.name: _medians(pair.figures) for pair in pairs}


def _medians(runs: list[Figures]) -> Figures:
    return Figures({figure: statistics.median(run[figure] for run in runs) for figure in runs[0]})


class Bound(NamedTuple):
    """A figure of a system, held against the same figure of a peer: at most, or at least, so many times that."""

    system: str
    figure: str
    peer: str
    factor: float
    better: Literal["lower", "higher"]


BOUNDS = (
    Bound("zmq", "call", "bare pyzmq", 2.0, "lower"),
    Bound("zmq", "call", "bare pyzmq, same event loop", 2.0, "lower"),
    Bound("zmq signed", "call", "bare pyzmq", 2.0, "lower"),
    Bound("zmq signed", "calls at 20", "oslo.messaging", 3.0, "higher"),
    Bound("RabbitMQ signed", "call", "bare py-amqp", 1.6, "lower"),
    Bound("RabbitMQ signed", "calls at 20", "oslo.messaging", 2.0, "higher"),
    Bound("RabbitMQ", "casts at 20", "oslo.messaging", 3.0, "higher"),
    Bound("RabbitMQ signed", "casts at 20", "oslo.messaging", 3.0, "higher"),
    Bound("RabbitMQ signed", "casts at 200", "oslo.messaging", 3.0, "higher"),
    Bound("RabbitMQ signed", "calls at 20", "RabbitMQ", 0.8, "higher"),
)


def rows(figures: dict[str, Figures]) -> list[Row]:
    """Every figure, those with a target once per peer."""
    made = []
    for system, of_one in figures.items():
        for figure, value in of_one.items():
            name, unit = f"{system}: {figure}", "ms" if figure == "call" else "us" if "CPU" in figure else "/s"
            bounds = [
                each for each in BOUNDS if (each.system, each.figure) == (system, figure) and each.peer in figures
            ]
            for _, _, peer, factor, better in bounds:
                against = figures[peer][figure]
                made.append(Row(
                    name=f"{name} (peer: {peer})", value=value, unit=unit, better=better, peer=round(against, 3),
                    target=round(against * factor, 3),
                ))
            if not bounds:
                made.append(Row(name=name, value=value, unit=unit))
    return made


def table(figures: dict[str, Figures]) -> Iterator[str]:
    """What docs/rpc.md carries."""
    yield "| | call, ms | calls/s at 1 / 20 / 200 | casts/s at 20 / 200 | CPU of a call at 20, us | of a cast |"
    yield "|---|---|---|---|---|---|"
    for system, of_one in figures.items():
        rates = [" / ".join(f"{of_one[each]:,.0f}" for each in kind if each in of_one) for kind in (CALLS, CASTS)]
        spent = [
            " + ".join(f"{of_one[f'{figure}, {who} CPU']:.0f}" for who in SIDES)
            for figure in TELLING if figure in of_one
        ]
        yield f"| {' | '.join((system, format(of_one['call'], '.3f'), *rates, *(spent or ('', ''))))} |"
    yield ""
    yield f"CPU: {' + '.join(SIDES)}."


def options() -> argparse.Namespace:
    made = parser("rpc", __doc__ or "")
    made.add_argument("--seconds", type=float, default=1.0, help="length of each measurement (default: 1)")
    made.add_argument("--repeats", type=int, default=5, help="times that each is taken (default: 5); medians count")
    made.add_argument("--no-broker", action="store_true", help="leave RabbitMQ out")
    made.add_argument("--queue-version", type=int, default=0, help="of all classic queues, by a policy of the broker")
    made.add_argument("--only", default="", metavar="TEXT", help="leave out systems whose names lack this text")
    return made.parse_args()


def main() -> int:
    """Measure and print; 0 when it ran whole."""
    chosen, started = options(), time.monotonic()
    conditions = machine() | {
        "back end": concurrency.patch(), "payload": "1 KiB, typed",
        "repeats": f"{chosen.repeats} of {chosen.seconds:g} s, all systems in turn; medians",
        "casts on RabbitMQ":
            "ours and oslo.messaging's: durable classic queue, persistent, mandatory, confirmed one by one",
        "calls on RabbitMQ":
            "ours: transient, mandatory, not confirmed; oslo.messaging's: persistent, mandatory, confirmed",
        "classic queues":
            f"version {chosen.queue_version}" if chosen.queue_version else "version that the broker chooses",
    }
    with tempfile.TemporaryDirectory(prefix="nova-lite-rpc-") as directory, contextlib.ExitStack() as stack:
        url, pids = "", tuple[int, ...]()
        if not chosen.no_broker:
            broker = stack.enter_context(RabbitMQ(Path(directory) / "rabbitmq"))
            url, pids = broker.url, tuple(processes.having(MARK, str(broker.data_dir)))
            if chosen.queue_version:
                broker.ctl("set_policy", "version", ".*", json.dumps({"queue-version": chosen.queue_version}))
        found = systems(Path(directory), url, pids)
        figures = contest([each for each in found if chosen.only in each.name], chosen.repeats, chosen.seconds)
    conditions["took"] = f"{time.monotonic() - started:.0f} s"
    publish(conditions, rows(figures), chosen.json)
    print("", *table(figures), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
