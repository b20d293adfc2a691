"""The server's side: a socket that listens for one target."""

from __future__ import annotations

import logging

import zmq

from nova_lite.core import concurrency
from nova_lite.rpc.drivers.base import Incoming, Receiver
from nova_lite.rpc.drivers.zmq.channel import ANSWER, GONE, LEAVING, TAKEN, Channel, Frames
from nova_lite.rpc.drivers.zmq.peers import Place

LOG = logging.getLogger(__name__)

FAREWELL = 0.05  # seconds in which messages that were under way to a stopping server still arrive


class Ear(Channel):
    """A server's socket for one target."""

    def __init__(self, socket: zmq.Socket[bytes], place: Place, receiver: Receiver) -> None:
        super().__init__(socket)
        self._place, self._receiver = place, receiver
        self._paused = False
        self._clients: set[bytes] = set()

    def ended(self, error: BaseException) -> None:
        self._receiver.lost(error)

    def resume(self) -> None:
        if self._task is not None:
            self.pump()

    def pause(self) -> None:
        # From here on nobody finds this server; who had found it before is sent on to another.
        self._paused = True
        self._place.withdraw()
        with self._lock:
            for address in list(self._clients):
                self._post([address, LEAVING, b"", b""])
        self.pump()
        concurrency.sleep(FAREWELL)
        self.pump()

    def close(self) -> None:
        self._place.withdraw()
        super().close()

    def pump(self) -> None:
        with self._lock:
            while self._paused or self._receiver.room():
                frames = next(self.received(), None)
                if frames is None:
                    return
                self._take(frames)
            # Without room the news must still be taken off the descriptor, or waiting on it would never wait.
            if not self._closed:
                self._socket.getsockopt(zmq.EVENTS)

    def _take(self, frames: Frames) -> None:
        if len(frames) != 4:
            LOG.warning("dropped a message of %d frames: it is no peer's", len(frames))
            return
        address, kind, message_id, payload = frames
        self._clients.add(address)
        if self._paused:
            self._post([address, GONE, message_id, b""])
            return
        if kind == b"cast":
            self._post([address, TAKEN, message_id, b""])

        def answer(reply: bytes) -> None:
            if kind == b"call":
                with self._lock:
                    self._post([address, ANSWER, message_id, reply])
                self.pump()

        self._receiver.accept(Incoming(message_id.decode("ascii", "replace"), payload, False, answer, _nothing))

    def _post(self, frames: Frames) -> None:
        """Send without waiting; the caller holds the lock. A client that is gone or chokes gets nothing."""
        if self._closed:
            return
        try:
            self._socket.send_multipart(frames, zmq.NOBLOCK)
        except zmq.ZMQError as error:
            self._clients.discard(frames[0])
            LOG.debug("%r was dropped, its receiver is gone or does not read: %s", frames[1], error)


def _nothing() -> None:
    """zmq has nobody to acknowledge to."""
