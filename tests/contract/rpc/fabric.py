"""Fabric: makes buses of one transport that reach each other, and closes them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock, SystemClock
from nova_lite.core.ids import new_hex
from nova_lite.rpc import Bus, BusSettings, LocalExchange, Server
from nova_lite.rpc.errors import Unroutable
from stack.servers import free_port
from tests.contract.rpc.contracts import Office, Post
from tests.patience import PATIENCE

T = TypeVar("T")
TRANSPORTS = ("local", "zmq-ipc", "zmq-tcp", "kombu-classic", "kombu-quorum")
ADDRESSES = 4  # servers that one ring file makes room for, per target


class Fabric:
    """``settings`` are what buses of this fabric have in common."""

    def __init__(self, settings: BusSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.exchange = LocalExchange()
        self.clock = clock or SystemClock()
        self._buses: list[Bus] = []
        self._servers: list[Server] = []

    @property
    def transport(self) -> str:
        return self.settings.transport

    def bus(self, identity: str = "client", clock: Clock | None = None, **changes: Any) -> Bus:
        from nova_lite.rpc import connect

        settings = dataclasses.replace(self.settings, identity=identity, **changes)
        bus = connect(settings, clock or self.clock, self.exchange)
        self._buses.append(bus)
        return bus

    def posts(self, timeout: float) -> tuple[Post, Post]:
        """A patient and a hurried client of Post on one bus.

        It is connected already: ``timeout`` in seconds is the server's alone.
        """
        bus = self.bus()
        with contextlib.suppress(Unroutable):
            bus.ping("post", timeout=PATIENCE)
        return bus.proxy(Post), bus.proxy(Post, timeout=timeout)

    def office(self, host: str | None = None, *, workers: int = 16, **changes: Any) -> tuple[Office, Server]:
        """A started server of Post on a bus of its own."""
        office = Office(host or "office")
        server = self.bus(f"post@{host or 'any'}", **changes).server(workers)
        server.serve(Post, office, host)
        server.start()
        self._servers.append(server)
        return office, server

    def close(self) -> None:
        for server in self._servers:
            server.kill()
        for bus in self._buses:
            bus.close()


def holding(office: Office, ask: Callable[[], T]) -> concurrency.Task[T]:
    """The call of ``ask``, under way: its handler holds.

    It is made again when it has ended before that, on a machine that stood still.
    """
    while True:
        asked = concurrency.spawn(ask)
        while not asked.dead:
            with contextlib.suppress(concurrency.Empty):
                office.entered.get(0.2)
                return asked


def eventually(ask: Callable[[], T], *errors: type[Exception]) -> T:
    """What ``ask`` returns once it raises none of ``errors`` any more; they are given a minute."""
    pause, deadline = concurrency.event(), time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except errors:
            if time.monotonic() > deadline:
                raise
            pause.wait(0.1)


def zmq_ring(path: Path, hosts: tuple[str, ...] = ("h1", "h2")) -> Path:
    """A ring file with free ports for the targets of the suite."""
    targets = ("post", *(f"post.{host}" for host in hosts))
    ring = {target: [f"tcp://127.0.0.1:{free_port()}" for _ in range(ADDRESSES)] for target in targets}
    path.write_text(json.dumps(ring))
    return path


def settings_of(transport: str, directory: Path, broker_url: str) -> BusSettings:
    """The settings of a fresh fabric: ``transport`` is local, zmq-ipc, zmq-tcp, kombu-classic or kombu-quorum."""
    common = BusSettings(transport="local", identity="", send_timeout=PATIENCE)
    if transport == "local":
        return common
    if transport == "zmq-ipc":
        return dataclasses.replace(common, transport="zmq", zmq_ipc_dir=str(directory / "bus"))
    if transport == "zmq-tcp":
        return dataclasses.replace(common, transport="zmq", zmq_ring=str(zmq_ring(directory / "ring.json")))
    kind: Any = transport.removeprefix("kombu-")
    return dataclasses.replace(
        common, transport="kombu", url=broker_url, queue_type=kind, namespace=f"t{new_hex()[:8]}"
    )

