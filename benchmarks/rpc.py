"""What a message costs: calls and casts with a typed payload of 1 KiB, between two processes of this machine.

Over zmq (ipc) and RabbitMQ (a private broker), unsigned and signed, beside oslo.messaging on the same broker, and bare
echoes of pyzmq and py-amqp as the limits. A bare echo under our concurrency back end says what its event loop costs.

A cast is the same to both systems on RabbitMQ: durable queue, persistent message, mandatory, and the caller waits for
the broker to confirm this very message. A call is not: oslo.messaging has request and answer confirmed by the broker,
we do not, for the answer itself confirms both.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from benchmarks.peers.environment import interpreter
from benchmarks.report import Row, machine, parser, publish
from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext, system_context
from nova_lite.rpc import BusSettings, call, cast, connect, interface
from nova_lite.rpc.signing import generate

ROOT = Path(__file__).parents[1]
OURSELVES = (sys.executable, "-W", "ignore", "-m", "benchmarks.rpc")
CALLERS = (1, 20, 200)


class Figures(dict[str, float]):
    """What one system reached: ``call`` in milliseconds, everything else per second."""


class Load(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """About 1 KiB in twenty fields' worth of text."""

    number: int
    lines: tuple[str, ...] = ("x" * 48,) * 20


@interface(topic="echo", version="1.0")
class Echo(Protocol):
    @call(timeout=30.0)
    def echo(self, context: RequestContext, load: Load) -> Load: ...

    @cast
    def note(self, context: RequestContext, load: Load) -> None: ...


class Echoer(Echo):
    """The other side."""

    def echo(self, context: RequestContext, load: Load) -> Load:
        return load

    def note(self, context: RequestContext, load: Load) -> None:
        """Hears it."""


def serve(settings: BusSettings) -> None:
    """The server's process: serves until it is killed."""
    from nova_lite.core.clock import SystemClock

    server = connect(settings, SystemClock()).server()
    server.serve(Echo, Echoer())
    server.start()
    print("ready", flush=True)
    server.wait()


def serve_bare(endpoint: str, watched: bool) -> None:
    """The other side of the limit: a loop around a socket, or what the event loop calls when it is readable."""
    import zmq

    socket: zmq.Socket[bytes] = zmq.Context().socket(zmq.ROUTER)
    socket.bind(endpoint)
    if watched:
        watch = _watch(socket, socket.send_multipart)
        print("ready", flush=True)
        concurrency.event().wait()
        watch.stop()
    print("ready", flush=True)
    while True:
        socket.send_multipart(socket.recv_multipart())


def _watch(socket: Any, heard: Callable[[list[bytes]], object]) -> concurrency.Watch:
    import zmq

    def take() -> bool:
        while not socket.closed and int(socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN:
            heard(socket.recv_multipart(zmq.NOBLOCK))
        return False

    watch = concurrency.watch(int(socket.getsockopt(zmq.FD)), take)
    take()
    return watch


@contextlib.contextmanager
def other_process(*command: str | Path) -> Iterator[None]:
    """The other side: a process that says ``ready`` when it is."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.kill()
        process.communicate()


def rate(function: Callable[[], object], callers: int, seconds: float) -> float:
    """How often a second ``callers`` tasks together get through ``function``."""
    end = time.perf_counter() + seconds
    done = 0

    def work() -> None:
        nonlocal done
        while time.perf_counter() < end:
            function()
            done += 1

    started = time.perf_counter()
    for task in [concurrency.spawn(work) for _ in range(callers)]:
        task.wait()
    return done / (time.perf_counter() - started)


def latency(function: Callable[[], object], times: int = 500) -> float:
    """The median duration in milliseconds, after a warm-up."""
    durations = []
    for number in range(times + 50):
        started = time.perf_counter()
        function()
        if number >= 50:
            durations.append(time.perf_counter() - started)
    return statistics.median(durations) * 1000


def measure(settings: BusSettings, seconds: float) -> Figures:
    """One transport, one way of signing, once."""
    from nova_lite.core.clock import SystemClock

    with other_process(*OURSELVES, "--serve", _text(settings, "server")):
        bus = connect(_settings(_text(settings, "client")), SystemClock())
        echo, context, load = bus.proxy(Echo), system_context(), Load(number=1)
        figures = Figures(call=latency(lambda: echo.echo(context, load)))
        for callers in CALLERS:
            figures[f"calls at {callers}"] = rate(lambda: echo.echo(context, load), callers, seconds)
        figures["casts at 20"] = rate(lambda: echo.note(context, load), 20, seconds)
        bus.close()
    return figures


def bare_zmq(directory: Path, watched: bool) -> Figures:
    """A DEALER and a ROUTER in two processes, both blocking, or ``watched`` by the event loop of our back end."""
    import zmq

    endpoint = f"ipc://{directory / 'bare'}"
    with other_process(*OURSELVES, "--serve-bare", endpoint, *(["--watched"] if watched else [])):
        context = zmq.Context()
        socket = context.socket(zmq.DEALER)
        socket.connect(endpoint)
        payload, answered = msgspec.msgpack.encode(Load(number=1)), concurrency.event()
        watch = _watch(socket, lambda frames: answered.set()) if watched else None

        def echo() -> None:
            answered.clear()
            socket.send(payload)
            if watch is None:
                socket.recv()
            elif not int(socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN:  # sending may have swallowed the news
                answered.wait(30.0)
            else:
                socket.recv_multipart()

        value = latency(echo)
        if watch is not None:
            watch.stop()
        socket.close(linger=0)
        context.term()
    return Figures(call=value)


def peer(python: Path, program: str, broker: str, *arguments: str) -> Figures:
    """Another system, measured by its own program on the same broker."""
    path = ROOT / "benchmarks" / "peers" / program
    with other_process(python, "-W", "ignore", path, "serve", broker):
        run = subprocess.run(
            [python, "-W", "ignore", path, "measure", broker, *arguments], check=True, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
    return Figures(json.loads(run.stdout))


def _text(settings: BusSettings, identity: str) -> str:
    document: dict[str, Any] = msgspec.to_builtins(settings)
    return json.dumps(document | {"identity": identity})


def _settings(text: str) -> BusSettings:
    return BusSettings(**json.loads(text))


def systems(directory: Path, broker: str, seconds: float) -> dict[str, Callable[[], Figures]]:
    """Everything that is compared, in the order of the table; ``broker`` empty leaves RabbitMQ out."""
    keys = directory / "keys"
    for identity in ("client", "server"):
        generate(keys, identity)

    def ours(settings: BusSettings, signed: bool) -> Callable[[], Figures]:
        return lambda: measure(dataclasses.replace(settings, key_dir=str(keys) if signed else ""), seconds)

    zmq = BusSettings(identity="", transport="zmq", zmq_ipc_dir=str(directory / "bus"))
    found = {
        "bare pyzmq": lambda: bare_zmq(directory, False),
        "bare pyzmq, same event loop": lambda: bare_zmq(directory, True),
        "zmq": ours(zmq, False), "zmq signed": ours(zmq, True),
    }
    if broker:
        rabbit = BusSettings(identity="", transport="kombu", url=broker)
        oslo, callers = interpreter(), [str(number) for number in CALLERS]
        found |= {
            "bare py-amqp": lambda: peer(Path(sys.executable), "amqp_rpc.py", broker),
            "oslo.messaging": lambda: peer(oslo, "oslo_rpc.py", broker, str(seconds), *callers),
            "RabbitMQ": ours(rabbit, False), "RabbitMQ signed": ours(rabbit, True),
        }
    return found


def medians(found: dict[str, Callable[[], Figures]], repeats: int) -> dict[str, Figures]:
    """Every system in turn, ``repeats`` times: what disturbs the machine disturbs them all."""
    runs: dict[str, list[Figures]] = {name: [] for name in found}
    for _ in range(repeats):
        for name, run in found.items():
            runs[name].append(run())
    return {
        name: Figures({figure: statistics.median(run[figure] for run in of_one) for figure in of_one[0]})
        for name, of_one in runs.items()
    }


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
    Bound("zmq", "calls at 20", "oslo.messaging", 3.0, "higher"),
    Bound("zmq signed", "calls at 20", "zmq", 0.8, "higher"),
    Bound("RabbitMQ", "call", "bare py-amqp", 1.6, "lower"),
    Bound("RabbitMQ", "calls at 20", "oslo.messaging", 2.0, "higher"),
    Bound("RabbitMQ", "casts at 20", "oslo.messaging", 3.0, "higher"),
    Bound("RabbitMQ signed", "calls at 20", "RabbitMQ", 0.8, "higher"),
)


def rows(figures: dict[str, Figures]) -> list[Row]:
    """The table."""
    made = []
    for system, of_one in figures.items():
        for figure, value in of_one.items():
            name, unit = f"{system}: {figure}", "ms" if figure == "call" else "/s"
            bounds = [each for each in BOUNDS if (each.system, each.figure) == (system, figure) and each.peer in figures]
            for _, _, peer, factor, better in bounds:
                against = figures[peer][figure]
                made.append(Row(
                    name=f"{name} (peer: {peer})", value=value, unit=unit, better=better, peer=round(against, 3),
                    target=round(against * factor, 3),
                ))
            if not bounds:
                made.append(Row(name=name, value=value, unit=unit))
    return made


def main() -> int:
    """Measure and print; 0 when it ran whole."""
    options = parser("rpc", __doc__ or "")
    options.add_argument("--seconds", type=float, default=1.0, help="length of each measurement of a rate (default: 1)")
    options.add_argument("--repeats", type=int, default=5, help="times that each is measured (default: 5); medians count")
    options.add_argument("--no-broker", action="store_true", help="leave RabbitMQ out")
    options.add_argument("--serve", metavar="SETTINGS", help="be the other side (used by the benchmark itself)")
    options.add_argument("--serve-bare", metavar="ENDPOINT", help="be the other side of the bare echo")
    options.add_argument("--watched", action="store_true", help="with --serve-bare: under our back end's event loop")
    options.add_argument("--only", default="", metavar="TEXT", help="leave out systems whose names lack this text")
    arguments = options.parse_args()
    backend = concurrency.patch()
    if arguments.serve:
        serve(_settings(arguments.serve))
    if arguments.serve_bare:
        serve_bare(arguments.serve_bare, arguments.watched)
    with tempfile.TemporaryDirectory(prefix="nova-lite-rpc-") as directory, contextlib.ExitStack() as stack:
        broker = ""
        if not arguments.no_broker:
            from stack.servers import RabbitMQ

            broker = stack.enter_context(RabbitMQ(Path(directory) / "rabbitmq")).url
        found = systems(Path(directory), broker, arguments.seconds)
        chosen = {name: run for name, run in found.items() if arguments.only in name}
        figures = medians(chosen, arguments.repeats)
    conditions = {
        "back end": backend, "payload": "1 KiB, typed", "repeats": f"{arguments.repeats} of {arguments.seconds:g} s",
        "casts on RabbitMQ": "ours and oslo.messaging's: durable classic queue, persistent, mandatory, confirmed one by one",
        "calls on RabbitMQ": "ours: transient, mandatory, not confirmed; oslo.messaging's: persistent, mandatory, confirmed",
    }
    publish(machine() | conditions, rows(figures), arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
