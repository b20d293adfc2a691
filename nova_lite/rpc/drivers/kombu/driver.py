"""The driver: one publisher, and an ear per listener."""

from __future__ import annotations

from typing import NamedTuple

from nova_lite.core.errors import Invalid
from nova_lite.rpc.drivers.base import AlwaysAlive, Outgoing, Receiver, Route, Sink
from nova_lite.rpc.drivers.kombu.ear import Ear
from nova_lite.rpc.drivers.kombu.publisher import Publisher
from nova_lite.rpc.settings import BusSettings
from nova_lite.rpc.target import Target


class BrokerRoute(NamedTuple):
    """A call's way: its answer can only come over the connection that it went out on."""

    publisher: Publisher
    generation: int

    def alive(self) -> bool:
        return self.publisher.generation == self.generation


class KombuDriver:
    """See :mod:`nova_lite.rpc.drivers.base` for what it promises."""

    def __init__(self, settings: BusSettings, sink: Sink) -> None:
        """:raises Invalid: the settings name no broker."""
        if not settings.url:
            raise Invalid("transport kombu needs the broker's url")
        self._settings = settings
        self._publisher = Publisher(settings, sink, self._lost)
        self._ears: list[Ear] = []

    def _lost(self, error: BaseException) -> None:
        for ear in self._ears:
            ear.lost(error)

    def send(self, target: Target, message: Outgoing) -> Route:
        if message.kind == "call":
            return BrokerRoute(self._publisher, self._publisher.ask(target, message))
        if message.kind == "cast":
            self._publisher.tell(target, message)
        else:
            self._publisher.spread(target.topic, message)
        return AlwaysAlive()

    def listen(self, target: Target, receiver: Receiver, prefetch: int) -> Ear:
        self._publisher.open()
        ear = Ear(self._settings, target, receiver, self._publisher)
        self._ears.append(ear)
        ear.open()
        return ear

    def close(self) -> None:
        for ear in self._ears:
            ear.close()
        self._publisher.close()
