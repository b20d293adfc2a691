"""The brokerless driver: peers talk to each other directly over ZeroMQ."""

from __future__ import annotations

from nova_lite.core.errors import Unsupported
from nova_lite.rpc.drivers.base import Listener, Outgoing, Receiver, Route, Sink
from nova_lite.rpc.settings import BusSettings
from nova_lite.rpc.target import Target


class ZmqDriver:
    """Being written."""

    def __init__(self, settings: BusSettings, sink: Sink) -> None:
        self._settings, self._sink = settings, sink

    def send(self, target: Target, message: Outgoing) -> Route:
        raise Unsupported("zmq is not written yet")

    def listen(self, target: Target, receiver: Receiver, prefetch: int) -> Listener:
        raise Unsupported("zmq is not written yet")

    def close(self) -> None:
        """Nothing yet."""
