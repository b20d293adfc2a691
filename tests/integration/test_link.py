"""Whoever has cut a link meets no connection that is about to end: what is sent then goes over a new one, or fails."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.integration.link import Link

ROUNDS = 100


@pytest.fixture
def link() -> Iterator[Link]:
    """To a server that sends back what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as listener, Link(listener.getsockname()[1]) as link:
        serving = threading.Thread(target=_serve, args=(listener,))
        serving.start()
        yield link
        listener.shutdown(socket.SHUT_RDWR)
        serving.join()


def _serve(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the end
        while True:
            threading.Thread(target=_echo, args=(listener.accept()[0],), daemon=True).start()


def _echo(connection: socket.socket) -> None:
    with connection, contextlib.suppress(ConnectionResetError):
        while data := connection.recv(64):
            connection.sendall(data)


def _connected(link: Link) -> socket.socket:
    """A connection that has carried something, there and back."""
    client = socket.create_connection(("127.0.0.1", link.port), timeout=60)
    client.sendall(b"hello")
    assert client.recv(64) == b"hello"
    return client


def test_after_a_cut_no_connection_is_left(link: Link) -> None:
    for _ in range(ROUNDS):
        with _connected(link) as client:
            link.cut()
            assert select.select([client], [], [], 0)[0], "it has not ended yet"
            with pytest.raises(ConnectionResetError):
                client.recv(64)


def test_a_silent_connection_stays_open_and_carries_nothing(link: Link) -> None:
    with _connected(link) as client:
        link.silence()
        client.sendall(b"hello")
        assert not select.select([client], [], [], 0.5)[0]
        _connected(link).close()  # a new one is whole
