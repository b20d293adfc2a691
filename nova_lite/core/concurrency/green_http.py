"""HTTP over green threads: eventlet's server, stricter about requests and less patient with who sends them slowly.

A connection holds one green thread of its worker's. A client that sends nothing, or its request by the byte, loses its
connection in seconds; and when all threads are held, those that only wait for a request give way, the longest waiting
first.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import WSGIApplication

import eventlet
import eventlet.greenio
import eventlet.wsgi

from nova_lite.core.concurrency.framing import ambiguity, is_chunk_line

CHUNK_LINE = 1024  # bytes of the line before a chunk, extensions included
DRAINED = 1 << 20  # bytes of a body that nobody wants which are read to keep the connection
SILENCE = 60.0  # seconds for which a connection may be idle between requests, or silent in a long body
HEAD_TIMEOUT = 5.0  # seconds in which a request's head must be here, and the first one's first byte
BODY_TIMEOUT = 10.0  # seconds in which a short body must be here
ROOM_INTERVAL = 0.02  # seconds between two looks for a connection that could give way
SHORT = 1 << 17  # bytes: any body but an image fits
WAITING, CLOSED = eventlet.wsgi.STATE_IDLE, eventlet.wsgi.STATE_CLOSE


class Slow(Exception):
    """A client took longer than it may."""


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    with eventlet.Timeout(seconds, Slow("the client is too slow")):
        yield


class _HeaderLines:
    """The lines of a request's head as they come.

    It remembers whether one had a CR that ends no line, or the last was missing.
    """

    def __init__(self, source: Any) -> None:
        self._source = source
        self.bare_return = self.cut_off = False

    def readline(self, size: int = -1) -> bytes:
        line: bytes = self._source.readline(size)
        self.bare_return |= b"\r" in line.removesuffix(b"\r\n")
        self.cut_off |= not line
        return line


class _Chunks:
    """A chunked body as it comes.

    eventlet reads a size as Python reads numbers, ``0x2`` and ``1_0`` too; others do not.
    Trailers are refused: nobody here would look at them.
    """

    def __init__(self, source: Any) -> None:
        self._source = source

    def read(self, size: int = -1) -> bytes:
        block: bytes = self._source.read(size)
        return block

    def readline(self) -> bytes:
        line: bytes = self._source.readline(CHUNK_LINE)
        if line and not is_chunk_line(line):
            raise ValueError("a chunk is malformed")
        return line


class _Short:
    """A body that is short enough to be sent at once. Its time begins when somebody wants it."""

    def __init__(self, source: Any, patience: float) -> None:
        self._source, self._patience = source, patience
        self._until = 0.0

    def read(self, size: int = -1) -> bytes:
        block: bytes = self._timely(self._source.read, size)
        return block

    def readline(self, size: int = -1) -> bytes:
        line: bytes = self._timely(self._source.readline, size)
        return line

    def _timely(self, read: Callable[[int], bytes], size: int) -> bytes:
        self._until = self._until or time.monotonic() + self._patience
        try:
            with _within(max(self._until - time.monotonic(), 0.001)):
                return read(size)
        except Slow as error:
            raise TimeoutError(str(error)) from error


class StrictProtocol(eventlet.wsgi.HttpProtocol):  # type: ignore[misc]
    """eventlet's HTTP, which takes the first of two lengths and ignores codings that it does not know."""

    rfile: Any
    head_timeout, body_timeout = HEAD_TIMEOUT, BODY_TIMEOUT
    conn_state: list[Any]  # address, socket, state and, while it waits, since when
    _served: bool
    _head_until: float

    def handle(self) -> None:
        self._served = False
        with contextlib.suppress(Slow):
            super().handle()

    def _read_request_line(self) -> Any:
        self._wait()
        # Nothing is known of a connection's first request but that it will come at once.
        with _within(SILENCE if self._served else self.head_timeout):
            if not self.rfile.peek(1):
                return ""
        self._head_until = time.monotonic() + self.head_timeout
        with _within(self.head_timeout):
            return super()._read_request_line()

    def parse_request(self) -> bool:
        self._wait()
        with _within(max(self._head_until - time.monotonic(), 0.001)):
            whole = self._parse_strictly()
        self.conn_state[2] = eventlet.wsgi.STATE_REQUEST
        self._served = True
        return whole

    def _wait(self) -> None:
        """From now on this connection may be closed to make room, unless it is closed already."""
        if self.conn_state[2] != CLOSED:
            self.conn_state[2:] = [WAITING, time.monotonic()]

    def _parse_strictly(self) -> bool:
        source = self.rfile
        lines = _HeaderLines(source)
        self.rfile = lines
        try:
            if not super().parse_request():
                return False
        finally:
            self.rfile = source
        if lines.cut_off:  # the end of the connection is no end of the headers, as the parser has it
            self.close_connection = True
            return False
        # A line that is no header ends the headers for this parser, and what follows would be lost, not refused; a CR
        # alone begins another header for it, and for nobody else.
        malformed = lines.bare_return or self.headers.defects
        problem = "a header is malformed" if malformed else ambiguity(self.headers.items())
        if problem is None:
            return True
        text = f"{problem}\n".encode()
        head = f"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n"
        self.wfile.write(head.encode() + text)
        self.close_connection = True
        return False

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        body = environ["wsgi.input"]
        if body.chunked_input:
            body.rfile = _Chunks(body.rfile)
        elif body.content_length is not None and body.content_length <= SHORT:
            body.rfile = _Short(body.rfile, self.body_timeout)
        body.discard = lambda: self._drain(body)
        return environ

    def _drain(self, body: Any) -> None:
        """The rest of a refused body: a short one is read, for a long one the connection is not worth it."""
        left = DRAINED
        with contextlib.suppress(ValueError, OSError):
            while left > 0:
                block = body.read(min(left, 1 << 16))
                if not block:
                    return
                left -= len(block)
        self.close_connection = True


class RoomyPool(eventlet.GreenPool):  # type: ignore[misc]
    """Green threads of connections.

    When all are held, the connection that has waited longest for a request is closed.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._connections: dict[int, list[Any]] = {}

    def spawn(self, function: Callable[..., object], connection: list[Any]) -> Any:
        """As eventlet's server calls it: ``connection`` is address, socket, state."""
        try:
            while self.free() < 1:
                self._make_room()
                # Looked at again and again: those that serve now may wait for their next request in a moment.
                eventlet.sleep(ROOM_INTERVAL)
        except BaseException:  # the server is being stopped: nobody else knows of this connection
            connection[1].close()
            raise
        connection.append(time.monotonic())
        self._connections[id(connection)] = connection
        thread = super().spawn(function, connection)
        thread.link(lambda _: self._connections.pop(id(connection), None))
        return thread

    def _make_room(self) -> None:
        if any(connection[2] == CLOSED for connection in self._connections.values()):
            return  # one is on its way out
        waiting = [connection for connection in self._connections.values() if connection[2] == WAITING]
        if waiting:
            longest = min(waiting, key=lambda connection: float(connection[3]))
            longest[2] = CLOSED
            eventlet.greenio.shutdown_safe(longest[1])


class GreenWSGIServer:
    """``protocol`` may be a less patient one."""

    def __init__(
        self, sock: socket.socket, application: WSGIApplication, size: int,
        protocol: type[StrictProtocol] = StrictProtocol,
    ) -> None:
        self._socket, self._application, self._protocol = sock, application, protocol
        self._pool = RoomyPool(size)
        self._thread: Any = None

    def start(self) -> None:
        # The socket may have been made before the patch: eventlet needs its own wrapper around the same descriptor.
        listener = eventlet.greenio.GreenSocket(self._socket)
        self._thread = eventlet.spawn(
            eventlet.wsgi.server, listener, self._application, custom_pool=self._pool, log_output=False,
            keepalive=True, socket_timeout=SILENCE, debug=False, protocol=self._protocol,
        )

    def stop(self, grace: float) -> None:
        if self._thread is not None:
            self._thread.kill()
        with eventlet.Timeout(grace, False):
            self._pool.waitall()
        self._socket.close()

    def wait(self) -> None:
        if self._thread is not None:
            self._thread.wait()
