"""A small websocket client for consoles. It waits with a limit for what it expects."""

from __future__ import annotations

import socket
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, RejectConnection, Request

PATIENCE = 120.0


class Refused(Exception):
    """The server did not let us in; ``status`` is its answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


def websocket_url(url: str) -> str:
    """The websocket behind the address of a console: noVNC's page names it in its query."""
    parts = urlsplit(url)
    path = parse_qs(parts.query).get("path")
    return url if path is None else f"ws://{parts.netloc}/{path[0]}"


class WebSocket:
    """One connection, as noVNC makes it."""

    def __init__(
        self, url: str, headers: tuple[tuple[bytes, bytes], ...] = (), *, patience: float = PATIENCE
    ) -> None:
        """:raises Refused: the server says no."""
        parts = urlsplit(websocket_url(url))
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=patience)
        self._connection = WSConnection(ConnectionType.CLIENT)
        self._heard = b""
        self.ended = False
        target = f"{parts.path or '/'}?{parts.query}"
        self._socket.sendall(self._connection.send(Request(
            host=parts.netloc, target=target, subprotocols=["binary"], extra_headers=list(headers)
        )))
        self.protocol: str | None = None
        self._accepted = False
        try:
            while not self._accepted:
                self._receive()
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> WebSocket:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(self._connection.send(BytesMessage(data=data)))

    def read_until(self, end: bytes) -> bytes:
        """All that comes up to and with ``end``. Raises TimeoutError, ConnectionError."""
        while end not in self._heard:
            if self.ended:
                raise ConnectionError(f"ended after {self._heard!r}")
            self._receive()
        found, _, self._heard = self._heard.partition(end)
        return found + end

    def wait_end(self) -> None:
        """Wait until the server ends it. Raises TimeoutError."""
        while not self.ended:
            self._receive()

    def _receive(self) -> None:
        data = self._socket.recv(65536)
        self._connection.receive_data(data or None)
        for event in self._connection.events():
            if isinstance(event, RejectConnection):
                raise Refused(event.status_code)
            if isinstance(event, AcceptConnection):
                self.protocol, self._accepted = event.subprotocol, True
            elif isinstance(event, BytesMessage):
                self._heard += bytes(event.data)
            elif isinstance(event, CloseConnection):
                self.ended = True
        self.ended = self.ended or not data
