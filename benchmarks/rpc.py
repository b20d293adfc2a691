"""What a message costs: calls and casts with a typed payload of 1 KiB, between two processes of this machine.

Over zmq (ipc) and RabbitMQ (a private broker, durable classic queues, publisher confirms on casts), unsigned and
signed, beside a bare pyzmq echo as the limit. Both sides on the same concurrency back end.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec

from benchmarks.report import Row, machine, parser, publish
from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext, system_context
from nova_lite.rpc import BusSettings, call, cast, connect, interface
from nova_lite.rpc.signing import generate

ROOT = Path(__file__).parents[1]
CALLERS = (1, 20, 200)
LATENCY_TARGET = 2.0  # milliseconds: a call over zmq must be well under it


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


def serve_bare(endpoint: str) -> None:
    """The other side of the limit: a loop around a socket."""
    import zmq

    socket: zmq.Socket[bytes] = zmq.Context().socket(zmq.ROUTER)
    socket.bind(endpoint)
    print("ready", flush=True)
    while True:
        socket.send_multipart(socket.recv_multipart())


@contextlib.contextmanager
def other_process(*arguments: str) -> Iterator[None]:
    """This module again, as the other side."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.rpc", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
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


def measure(title: str, settings: BusSettings, seconds: float, target: float | None) -> list[Row]:
    """One transport, one way of signing."""
    from nova_lite.core.clock import SystemClock

    with other_process("--serve", _text(settings, "server")):
        bus = connect(_settings(_text(settings, "client")), SystemClock())
        echo, context, load = bus.proxy(Echo), system_context(), Load(number=1)
        rows = [Row(name=f"{title}: call", value=latency(lambda: echo.echo(context, load)), unit="ms", target=target)]
        for callers in CALLERS:
            value = rate(lambda: echo.echo(context, load), callers, seconds)
            rows.append(Row(name=f"{title}: calls at {callers}", value=value, unit="/s"))
        value = rate(lambda: echo.note(context, load), 20, seconds)
        rows.append(Row(name=f"{title}: casts at 20", value=value, unit="/s"))
        bus.close()
    return rows


def bare_zmq(directory: Path) -> Row:
    """A blocking DEALER and a ROUTER in two processes: what the library can do at best."""
    import zmq

    endpoint = f"ipc://{directory / 'bare'}"
    with other_process("--serve-bare", endpoint):
        context = zmq.Context()
        socket = context.socket(zmq.DEALER)
        socket.connect(endpoint)
        payload = msgspec.msgpack.encode(Load(number=1))

        def echo() -> None:
            socket.send(payload)
            socket.recv()

        value = latency(echo)
        socket.close(linger=0)
        context.term()
    return Row(name="bare pyzmq: echo", value=value, unit="ms")


def _text(settings: BusSettings, identity: str) -> str:
    document: dict[str, Any] = msgspec.to_builtins(settings)
    return json.dumps(document | {"identity": identity})


def _settings(text: str) -> BusSettings:
    return BusSettings(**json.loads(text))


def figures(directory: Path, broker: str, seconds: float) -> list[Row]:
    """All rows; ``broker`` empty leaves RabbitMQ out."""
    keys = directory / "keys"
    for identity in ("client", "server"):
        generate(keys, identity)
    rows = [bare_zmq(directory)]
    for signed in ("", str(keys)):
        title = "zmq signed" if signed else "zmq"
        settings = BusSettings(identity="", transport="zmq", zmq_ipc_dir=str(directory / "bus"), key_dir=signed)
        rows += measure(title, settings, seconds, LATENCY_TARGET)
        if broker:
            settings = BusSettings(identity="", transport="kombu", url=broker, key_dir=signed)
            rows += measure(title.replace("zmq", "RabbitMQ"), settings, seconds, None)
    return rows


def main() -> int:
    """Measure and print; 0 when it ran whole."""
    options = parser("rpc", __doc__ or "")
    options.add_argument("--seconds", type=float, default=3.0, help="length of each measurement of a rate (default: 3)")
    options.add_argument("--no-broker", action="store_true", help="leave RabbitMQ out")
    options.add_argument("--serve", metavar="SETTINGS", help="be the other side (used by the benchmark itself)")
    options.add_argument("--serve-bare", metavar="ENDPOINT", help="be the other side of the bare echo")
    arguments = options.parse_args()
    backend = concurrency.patch()
    if arguments.serve:
        serve(_settings(arguments.serve))
    if arguments.serve_bare:
        serve_bare(arguments.serve_bare)
    with tempfile.TemporaryDirectory(prefix="nova-lite-rpc-") as directory, contextlib.ExitStack() as stack:
        broker = ""
        if not arguments.no_broker:
            from stack.servers import RabbitMQ

            broker = stack.enter_context(RabbitMQ(Path(directory) / "rabbitmq")).url
        rows = figures(Path(directory), broker, arguments.seconds)
    publish(machine() | {"back end": backend, "payload": "1 KiB, typed"}, rows, arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
