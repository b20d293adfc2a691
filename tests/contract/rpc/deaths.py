"""Ways for a server's consumer to die that nothing mends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import zmq

from nova_lite.rpc import Server
from nova_lite.rpc.drivers.kombu.driver import KombuDriver
from nova_lite.rpc.drivers.kombu.ear import Ear as KombuEar
from nova_lite.rpc.drivers.kombu.line import Line
from nova_lite.rpc.drivers.zmq.channel import Channel
from nova_lite.rpc.drivers.zmq.driver import ZmqDriver
from nova_lite.rpc.drivers.zmq.ear import Ear as ZmqEar


def starve(server: Server) -> None:
    """Nobody can be found to do what comes in, as when the process may have no more threads."""

    def submit(job: Callable[[], None]) -> None:
        raise RuntimeError("can't start new thread")

    server._crew.submit = submit  # type: ignore[method-assign]


def break_carrier(server: Server) -> None:
    """The socket is none any more, or says what nobody foresaw."""
    for listener in server._listeners():
        if isinstance(listener, ZmqEar):
            _break_socket(listener)
        if isinstance(listener, KombuEar):
            _break_line(listener._line)


def break_sender(server: Server) -> None:
    """As :func:`break_carrier`, where this process sends and is answered."""
    driver = server._driver
    if isinstance(driver, ZmqDriver):
        _break_socket(driver._client())
    if isinstance(driver, KombuDriver):
        _break_line(driver._publisher._line)


def kill_task(server: Server) -> None:
    """The green thread that reads from the broker is killed."""
    for listener in server._listeners():
        if isinstance(listener, KombuEar):
            assert listener._line._task is not None
            listener._line._task.kill()


def _break_socket(channel: Channel) -> None:
    channel._socket = _NoSocket(channel._socket)  # type: ignore[assignment]


def _break_line(line: Line) -> None:
    def stammer(kind: int, payload: bytes) -> bool:
        raise AttributeError("no such frame")  # py-amqp raises it too, of a connection that is gone

    line._takers.update(dict.fromkeys(line._takers, stammer))


class _NoSocket:
    """Fails where a channel asks whether something has come; can be closed."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def getsockopt(self, option: int) -> bytes:
        raise zmq.ZMQError(zmq.ENOTSOCK)


WAYS: dict[str, Callable[[Server], None]] = {
    way.__name__: way for way in (starve, break_carrier, break_sender, kill_task)
}


def possible(transport: str, way: str, backend: str) -> bool:
    """A local bus has no carrier, zmq no task of its own, and a native thread cannot be killed."""
    if way == "kill_task":
        return transport.startswith("kombu") and backend == "eventlet"
    return way == "starve" or transport != "local"
