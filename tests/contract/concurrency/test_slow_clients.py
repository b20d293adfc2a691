"""Clients that hold connections without sending requests: they keep nobody else from being served.

Only where a connection holds a thread of its own: waitress, behind the threading back end, reads requests in its loop.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from nova_lite.core import concurrency
from tests.patience import PATIENCE

SIZE = 4  # connections that the server serves at a time
QUICK = 1.0  # seconds that the hurried server waits
LONG = 10 * PATIENCE  # and the patient one
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Serve = Callable[..., tuple[str, int]]


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answers with the body."""
    try:
        body, status = environ["wsgi.input"].read(1 << 17), "200 OK"
    except OSError:
        body, status = b"slow", "400 Bad Request"
    start_response(status, [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server; its address. It waits longer than any test, a ``hurried`` one for a moment."""
    from nova_lite.core.concurrency import green_http

    class Hurried(green_http.StrictProtocol):
        head_timeout = body_timeout = QUICK

    class Patient(green_http.StrictProtocol):
        head_timeout = body_timeout = LONG

    with contextlib.ExitStack() as running:
        def start(hurried: bool = False) -> tuple[str, int]:
            listener = running.enter_context(socket.create_server(("127.0.0.1", 0), backlog=200))
            protocol = Hurried if hurried else Patient
            server = green_http.GreenWSGIServer(listener, application, SIZE, protocol)
            server.start()
            running.callback(server.stop, 1.0)
            address: tuple[str, int] = listener.getsockname()
            return address

        yield start


@contextlib.contextmanager
def connections(address: tuple[str, int], count: int, begun: bytes) -> Iterator[list[socket.socket]]:
    """Connections on each of which something was sent."""
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(socket.create_connection(address, timeout=PATIENCE)) for _ in range(count)]
        for client in opened:
            client.sendall(begun)
        yield opened


def ask(client: socket.socket, request: bytes = REQUEST) -> bytes:
    client.sendall(request)
    return client.recv(4096)


def lives(client: socket.socket) -> bool:
    """Whether the server still answers here."""
    try:
        return ask(client) != b""
    except ConnectionError:
        return False


@pytest.mark.parametrize("begun", [b"", b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: "])
def test_half_a_request_keeps_nobody_waiting(serve: Serve, begun: bytes) -> None:
    address = serve()
    with connections(address, 10 * SIZE, begun), socket.create_connection(address, timeout=PATIENCE) as client:
        assert ask(client).startswith(b"HTTP/1.1 200")


def test_an_idle_connection_gives_way_and_a_used_one_stays(serve: Serve) -> None:
    address = serve()
    with connections(address, SIZE, REQUEST) as first:
        assert all(client.recv(4096).startswith(b"HTTP/1.1 200") for client in first)
        assert ask(first[0]).startswith(b"HTTP/1.1 200")  # the others wait for longer now
        with socket.create_connection(address, timeout=PATIENCE) as client:
            assert ask(client).startswith(b"HTTP/1.1 200")
        assert [lives(other) for other in first].count(False) == 1
        assert lives(first[0])


@pytest.mark.parametrize("begun", [b"", b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: "])
def test_half_a_request_loses_its_connection(serve: Serve, begun: bytes) -> None:
    with connections(serve(hurried=True), 1, begun) as (client,):
        assert client.recv(1) == b""


def test_a_head_by_the_byte_loses_its_connection(serve: Serve) -> None:
    def trickle(client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for byte in REQUEST * 1000:
                client.sendall(bytes([byte]))
                concurrency.event().wait(0.1)

    with connections(serve(hurried=True), 1, b"") as (client,):
        sending: Any = concurrency.spawn(trickle, client)
        received = b""
        with contextlib.suppress(ConnectionError):
            while block := client.recv(4096):
                received += block
        sending.kill()
    assert b"200" not in received


def test_a_short_body_must_come(serve: Serve) -> None:
    begun = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nxxx"
    with connections(serve(hurried=True), 1, begun) as (client,):
        assert client.recv(4096).startswith(b"HTTP/1.1 400")
        with contextlib.suppress(ConnectionError):
            while client.recv(4096):
                pass


def test_a_connection_is_kept_for_longer_than_a_head_may_take(serve: Serve) -> None:
    with connections(serve(hurried=True), 1, b"") as (client,):
        assert ask(client).startswith(b"HTTP/1.1 200")
        concurrency.event().wait(3 * QUICK)
        assert ask(client, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody").endswith(b"body")
