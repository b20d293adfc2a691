"""A bare pyzmq echo: DEALER and ROUTER in two processes. Its argument is ``blocking`` or ``watched`` and the endpoint.

Watched, both sockets belong to the event loop of our concurrency back end: what is above that is what we add.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import zmq

from benchmarks.peers.contender import LINES, main, obey, ready
from nova_lite.core import concurrency

PAYLOAD = msgspec.msgpack.encode({"number": 1, "lines": LINES})


def watch(socket: Any, heard: Callable[[list[bytes]], object]) -> concurrency.Watch:
    def take() -> bool:
        while not socket.closed and int(socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN:
            heard(socket.recv_multipart(zmq.NOBLOCK))
        return False

    made = concurrency.watch(int(socket.getsockopt(zmq.FD)), take)
    take()
    return made


def serve(argument: str) -> None:
    how, endpoint = argument.split()
    socket: zmq.Socket[bytes] = zmq.Context().socket(zmq.ROUTER)
    socket.bind(endpoint)
    if how == "watched":
        concurrency.patch()
        watching = watch(socket, socket.send_multipart)
        ready()
        concurrency.event().wait()
        watching.stop()
    ready()
    while True:
        socket.send_multipart(socket.recv_multipart())


def measure(argument: str) -> None:
    how, endpoint = argument.split()
    context = zmq.Context()
    socket = context.socket(zmq.DEALER)
    socket.connect(endpoint)
    if how == "watched":
        concurrency.patch()
        answered = concurrency.event()
        watching = watch(socket, lambda frames: answered.set())

        def call() -> None:
            answered.clear()
            socket.send(PAYLOAD)
            if int(socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN:  # sending may have swallowed the news
                socket.recv_multipart()
            else:
                answered.wait(30.0)

        obey(call, call, lambda: concurrency.wait_readable(0, None))
        watching.stop()
    else:

        def echo() -> None:
            socket.send(PAYLOAD)
            socket.recv()

        obey(echo, echo)
    socket.close(linger=0)
    context.term()


if __name__ == "__main__":
    main(serve, measure)
