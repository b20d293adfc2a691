"""Ourselves: calls and casts through nova_lite.rpc. Its argument is the BusSettings of both sides as JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import Protocol

import msgspec

from benchmarks.peers.contender import LINES, main, obey, ready
from nova_lite.core import concurrency
from nova_lite.core.clock import SystemClock
from nova_lite.core.context import RequestContext, system_context
from nova_lite.rpc import Bus, BusSettings, call, cast, connect, interface

CLIENT, SERVER = "client", "server"


class Load(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """About 1 KiB in twenty fields' worth of text."""

    number: int
    lines: tuple[str, ...] = LINES


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


def argument(settings: BusSettings) -> str:
    """What this program is started with; the identity is that of neither side."""
    return json.dumps(msgspec.to_builtins(settings))


def connected(text: str, identity: str) -> Bus:
    concurrency.patch()
    settings = BusSettings(**json.loads(text))
    return connect(dataclasses.replace(settings, identity=identity), SystemClock())


def serve(text: str) -> None:
    server = connected(text, SERVER).server()
    server.serve(Echo, Echoer())
    server.start()
    ready()
    server.wait()


def measure(text: str) -> None:
    bus = connected(text, CLIENT)
    echo, context, load = bus.proxy(Echo), system_context(), Load(number=1)
    obey(
        lambda: echo.echo(context, load), lambda: echo.note(context, load),
        lambda: concurrency.wait_readable(0, None),  # heartbeats go on
    )
    bus.close()


if __name__ == "__main__":
    main(serve, measure)
