"""Bridge: a websocket on one side, a guest's console on the other, until one of them ends."""

from __future__ import annotations

import contextlib
import socket

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Request,
    TextMessage,
)
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from nova_lite.core import concurrency
from nova_lite.core.errors import NovaLiteError
from nova_lite.virt.capabilities import Channel

PIECE = 65536  # bytes that are read at a time
LONGEST = 1 << 20  # bytes of one message of a client's


class Bridge:
    """Serves one client that has been let in; ``head`` is its request, as it was read."""

    def __init__(self, client: socket.socket, head: bytes, channel: Channel) -> None:
        self._client, self._channel = client, channel
        self._connection = WSConnection(ConnectionType.SERVER)
        self._writing = concurrency.lock()  # pongs and the guest's bytes come from two tasks
        self._connection.receive_data(head)

    def run(self) -> None:
        """Carry bytes both ways until either side ends. What a client sends that is no websocket ends it."""
        guest: concurrency.Task[None] | None = None
        try:
            if self._events():  # the client has its answer before it hears the guest
                guest = concurrency.spawn(self._from_guest)
                while data := self._client.recv(PIECE):
                    self._connection.receive_data(data)
                    if not self._events():
                        break
        except (OSError, NovaLiteError, RemoteProtocolError, LocalProtocolError):
            pass  # it has gone, or must
        finally:
            self._channel.close()
            with contextlib.suppress(OSError):
                self._client.shutdown(socket.SHUT_RDWR)
            if guest is not None:
                guest.wait()

    def _events(self) -> bool:
        return all(self._take(event) for event in self._connection.events())

    def _take(self, event: Event) -> bool:
        """False when it was the last."""
        if isinstance(event, Request):
            chosen = "binary" if "binary" in event.subprotocols else None
            self._send(AcceptConnection(subprotocol=chosen))
        elif isinstance(event, BytesMessage):
            self._channel.write(bytes(event.data))
        elif isinstance(event, TextMessage):
            self._channel.write(event.data.encode())
        elif isinstance(event, Ping):
            self._send(event.response())
        elif isinstance(event, CloseConnection):
            self._send(event.response())
            return False
        return True

    def _from_guest(self) -> None:
        with contextlib.suppress(OSError, NovaLiteError, LocalProtocolError):
            while data := self._channel.read():
                self._send(BytesMessage(data=data))
            self._send(CloseConnection(code=CloseReason.NORMAL_CLOSURE, reason="the guest's console has ended"))
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def _send(self, event: Event) -> None:
        with self._writing:
            self._client.sendall(self._connection.send(event))
