"""A TCP proxy on loopback whose connections can be cut, or go silent as if a firewall had forgotten them."""

from __future__ import annotations

import contextlib
import socket
import struct
import subprocess
from collections.abc import Iterator
from types import TracebackType

from nova_lite.core import concurrency
from tests.patience import PATIENCE

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST


class Connection:
    """A client's socket and the server's; ``silent``: what either says is swallowed."""

    def __init__(self, client: socket.socket, client_port: int, server: socket.socket, heard: bytearray) -> None:
        self.silent = False
        self.client_port = client_port
        self._heard = heard
        self._ends = (client, server)
        self._pumps = [concurrency.spawn(self._pump, *ends) for ends in (self._ends, self._ends[::-1])]

    def _pump(self, source: socket.socket, drain: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._heard += data
                if not self.silent:
                    drain.sendall(data)
        if not self.silent:
            self._end()

    def _end(self) -> None:
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._end()
        for pump in self._pumps:
            pump.wait(PATIENCE)  # a socket is closed when nobody reads from it any more: its number is given out again
        for end in self._ends:
            end.close()


class TcpProxy:
    """Listens on a free port of loopback and passes everything to ``port``; ``heard`` is what passed, both ways."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.heard = bytearray()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._connections: list[Connection] = []
        self._task = concurrency.spawn(self._accept)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, (_, client_port) = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._to), PATIENCE)
                except OSError:
                    client.close()
                    continue
                server.settimeout(None)
                self._connections.append(Connection(client, client_port, server, self.heard))

    def cut(self) -> None:
        """Every connection that there is ends with RST; new ones are made."""
        connections, self._connections = self._connections, []
        for connection in connections:
            connection.cut()

    def silence(self) -> None:
        """Every connection that there is stays open and carries nothing any more; new ones are made."""
        for connection in self._connections:
            connection.silent = True

    @contextlib.contextmanager
    def packets_lost(self) -> Iterator[None]:
        """Of every connection that there is the kernel drops all packets of its clients, both ways; needs root."""
        ports = [str(connection.client_port) for connection in self._connections]
        rules = [
            ("INPUT", "-i", "lo", "-p", "tcp", end, port, "-j", "DROP")
            for port in ports for end in ("--sport", "--dport")
        ]
        try:
            for rule in rules:
                subprocess.run(("iptables", "-w", "-I", *rule), check=True)
            yield
        finally:
            for rule in rules:
                subprocess.run(("iptables", "-w", "-D", *rule), check=False, stderr=subprocess.DEVNULL)

    def __enter__(self) -> TcpProxy:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._task.wait(PATIENCE)
        self._listener.close()
        self.cut()
