"""An attacker on the wire of a whole cloud: has a copy of every message, and plays it to whom he likes."""

from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path
from typing import Any

from nova_lite import conf
from nova_lite.cmd import conductor
from nova_lite.core import concurrency
from nova_lite.core.clock import SystemClock
from nova_lite.core.errors import NovaLiteError
from nova_lite.core.ids import new_hex
from nova_lite.rpc import Bus, BusSettings, LocalExchange, connect
from nova_lite.rpc.delivery import Delivery, Refusal
from nova_lite.rpc.drivers.base import Incoming, Receiver
from nova_lite.rpc.drivers.local import LocalListener
from nova_lite.rpc.envelope import Request
from nova_lite.rpc.freshness import Freshness
from nova_lite.rpc.signing import generate
from nova_lite.rpc.target import Target
from tests.functional.whole.cloud import Cloud

LIFE = 300.0


class SlowClock(SystemClock):
    """A bus's clock on which a second takes a quarter of an hour: what is copied in a test does not expire in it."""

    def __init__(self) -> None:
        self._born = (super().now(), super().monotonic())

    def now(self) -> float:
        return self._born[0] + (super().now() - self._born[0]) / 1000

    def monotonic(self) -> float:
        return self._born[1] + (super().monotonic() - self._born[1]) / 1000


@dataclasses.dataclass(frozen=True)
class Copy:
    """A message as it was on the wire."""

    request: Request
    payload: bytes

    @property
    def method(self) -> str:
        return f"{self.request.interface}.{self.request.method}"


class Ear:
    """Where one server hears. Between the wire and its receiver: nothing gets there unseen."""

    def __init__(self, target: Target, server: Any, copies: list[Copy]) -> None:
        self.target, self._receiver, self._copies = target, server, copies

    def room(self) -> bool:
        return bool(self._receiver.room())

    def accept(self, incoming: Incoming) -> None:
        request = self._receiver._dispatcher._codec.open_request(incoming.payload)  # some are encrypted
        self._copies.append(Copy(request, incoming.payload))
        self._receiver.accept(incoming)

    def lost(self, error: BaseException) -> None:
        self._receiver.lost(error)

    def is_addressed_by(self, copy: Copy) -> bool:
        return copy.request.target in (str(self.target), self.target.topic)

    def play(self, copy: Copy, redelivered: bool) -> None:
        """Have the server get a copy as if from the wire; returns when it has dealt with it."""
        done = concurrency.event()
        self._receiver.accept(Incoming(new_hex(), copy.payload, redelivered, _nobody_asked, done.set))
        assert done.wait(60.0), f"{copy.method} was not dealt with"

    def forget(self) -> None:
        """From now on the server is as another one of its topic, or as itself started anew: it has heard nothing."""
        dispatcher = self._receiver._dispatcher
        dispatcher._freshness = Freshness(dispatcher._clock, LIFE)

    def watch(self, ran: set[str], refused: list[NovaLiteError]) -> None:
        """Note what the server executes, and what it refuses."""
        server = self._receiver._server
        authorise, observe = server.authorise, server.observe

        def allowed(delivery: Delivery) -> None:
            authorise(delivery)
            ran.add(f"{delivery.interface}.{delivery.method}")

        def noticed(refusal: Refusal) -> None:
            refused.append(refusal.error)
            observe(refusal)

        server.authorise, server.observe = allowed, noticed


class Wiretap(LocalExchange):
    """The wire itself."""

    def __init__(self) -> None:
        super().__init__()
        self.copies: list[Copy] = []
        self.ears: list[Ear] = []

    def add(self, listener: LocalListener) -> None:
        ear = Ear(listener._target, listener._receiver, self.copies)
        receiver: Receiver = ear
        listener._receiver = receiver
        self.ears.append(ear)
        super().add(listener)

    def remove(self, listener: LocalListener) -> None:
        super().remove(listener)
        self.ears = [ear for ear in self.ears if ear is not listener._receiver]


class TappedCloud(Cloud):
    """A cloud with two conductors, whose messages are signed and copied."""

    def __init__(self, directory: Path, hosts: tuple[str, ...], more: str) -> None:
        super().__init__(directory, hosts, more, down_after=3600)
        self.wire = self._exchange = Wiretap()
        self._clock = SlowClock()

    def __enter__(self) -> TappedCloud:
        super().__enter__()
        second = conf.load([self.configuration("second")])
        self._start("second", conductor.build(second, self.bus("nova-conductor@second")))
        return self

    def bus(self, identity: str) -> Bus:
        keys = self.directory / "keys"
        generate(keys, identity)
        settings = BusSettings(transport="local", identity=identity, key_dir=str(keys), message_ttl=LIFE)
        self._buses.append(connect(settings, self._clock, self._exchange))
        return self._buses[-1]

    def state(self) -> list[str]:
        """Every row of the database and every guest of every hypervisor."""
        connection = sqlite3.connect(self.directory / "db.sqlite")
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        rows = [f"{table}: {row}" for (table,) in tables for row in connection.execute(f"SELECT * FROM {table}")]
        connection.close()
        return [*rows, *(f"{host}: {guest}" for host in self.hosts for _, guest in sorted(self.guests(host).items()))]


def _nobody_asked(payload: bytes) -> None:
    """An answer to a message that nobody sent."""
