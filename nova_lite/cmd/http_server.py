"""HTTP as a part of a service: a WSGI application on a socket that was bound before the workers were forked."""

from __future__ import annotations

import errno
import socket
from wsgiref.types import WSGIApplication

from nova_lite.conf import ConfigError
from nova_lite.core import concurrency, launcher
from nova_lite.core.clock import SystemClock

BACKLOG = 1024  # connections that may wait to be accepted
BIND_PATIENCE = 15.0  # seconds that a predecessor may take to let go of the port


class HttpServer:
    """A part of the service: the WSGI application on a socket that the parent has bound."""

    def __init__(self, sock: socket.socket, application: WSGIApplication, size: int) -> None:
        self._server = concurrency.wsgi_server(sock, application, size)

    def setup(self) -> None:
        """The socket is bound already."""

    def start(self) -> None:
        self._server.start()

    def stop(self, grace: float) -> None:
        self._server.stop(grace)

    def kill(self) -> None:
        self._server.stop(0.0)

    def wait(self) -> None:
        self._server.wait()


def bind(section: str, address: str, port: int) -> socket.socket:
    """A listening socket; waits a while for a predecessor that is just ending.

    Raises ConfigError, naming ``section``.
    """
    clock = SystemClock()
    deadline = clock.monotonic() + BIND_PATIENCE
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    while True:
        try:
            return socket.create_server((address, port), family=family, backlog=BACKLOG)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or clock.monotonic() > deadline:
                raise ConfigError(f"{section} cannot listen on {address}:{port}: {error.strerror}") from error
            launcher.pause(0.2)
