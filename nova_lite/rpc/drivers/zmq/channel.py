"""Channel: a ZeroMQ socket that several tasks use."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import zmq

from nova_lite.core import concurrency

LOG = logging.getLogger(__name__)

ANSWER, TAKEN, GONE, LEAVING = b"answer", b"taken", b"gone", b"leaving"
LINGER = 500  # milliseconds that a closing socket may take to send what it was given
GLANCE = 60.0  # seconds after which a waiting task looks whether its socket was closed meanwhile

Frames = list[bytes]


class Channel:
    """A socket, the lock around it, and the task that waits on its descriptor."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket
        self._lock = concurrency.lock()
        self._descriptor = int(socket.getsockopt(zmq.FD))
        self._closed = False
        self._task: concurrency.Task[None] | None = None

    def start(self) -> None:
        """Begin to wait for messages."""
        if self._task is None:
            self._task = concurrency.spawn(self._watch)

    def pump(self) -> None:
        """Take what has come. Called after every use of the socket, by whoever used it."""
        raise NotImplementedError

    def ended(self, error: BaseException) -> None:
        """The watching task failed."""
        LOG.critical("a zmq socket died: %s", error)

    def send(self, frames: Frames) -> None:
        """:raises zmq.Again: the connection's queue is full. :raises zmq.ZMQError: there is no connection."""
        with self._lock:
            if self._closed:
                raise zmq.ZMQError(zmq.EHOSTUNREACH)
            self._socket.send_multipart(frames, zmq.NOBLOCK)
        self.pump()

    def received(self) -> Iterator[Frames]:
        """Messages that are there now; the caller holds the lock."""
        while not self._closed and int(self._socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN:
            with contextlib.suppress(zmq.Again):
                yield self._socket.recv_multipart(zmq.NOBLOCK)

    def close(self) -> None:
        """Safe to call twice."""
        # The task lets go of the descriptor before the descriptor is closed: its number may be given out again.
        if self._task is not None:
            self._task.kill()
        with self._lock:
            if not self._closed:
                self._closed = True
                self._socket.close(linger=LINGER)

    def _watch(self) -> None:
        try:
            self.pump()
            while not self._closed:
                concurrency.wait_readable(self._descriptor, GLANCE)
                self.pump()
        except zmq.ZMQError as error:
            if not self._closed:
                self.ended(error)
