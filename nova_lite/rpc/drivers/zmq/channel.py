"""Channel: a ZeroMQ socket that several tasks use."""

from __future__ import annotations

import abc
import sys
from collections.abc import Callable

import zmq

from nova_lite.core import concurrency

LINGER = 500  # milliseconds that a closing socket may take to send what it was given
TURN = 64  # messages that are taken before the event loop looks after others
LOOKS = 20  # in which the time of a wait passes; see `heard_of`
EVENTS, POLLIN = int(zmq.EVENTS), int(zmq.POLLIN)
NOBLOCK, NOBLOCK_MORE = int(zmq.NOBLOCK), int(zmq.NOBLOCK | zmq.SNDMORE)

Frames = list[bytes]


def heard_of(event: concurrency.Event, seconds: float) -> bool:
    """Wait for what a peer is to say; False when it did not in so much time.

    The time passes in small steps. While this process stands still, or its machine, nothing can be heard, and what was
    said meanwhile is heard a moment later: so a standstill takes one of the steps, not all of the time.
    """
    return any(event.wait(seconds / LOOKS) for _ in range(LOOKS))


class Channel(abc.ABC):
    """A socket, the lock around it, and the watch on its descriptor.

    :param died: told once what keeps the channel from taking anything more.
    """

    def __init__(self, socket: zmq.Socket[bytes], died: Callable[[BaseException], None]) -> None:
        self._socket, self._died = socket, died
        self._send = super(zmq.Socket, socket).send  # without what pyzmq adds for other kinds of sockets
        self._lock = concurrency.lock()  # one call into the socket at a time
        self._turn = concurrency.lock()  # one task takes messages, in their order
        self._news = False
        self._descriptor = int(socket.getsockopt(zmq.FD))
        self._closed = self._ended = False
        self._watch: concurrency.Watch | None = None

    def start(self) -> None:
        """Begin to wait for messages."""
        if self._watch is None:
            self._watch = concurrency.watch(self._descriptor, self._readable)
            self.pump()

    @abc.abstractmethod
    def take(self, frames: Frames) -> None:
        """A message has come. MUST NOT wait: it may be the event loop that brings it."""

    def on_turn(self) -> None:  # noqa: B027 - most have nothing to look after
        """Look after what was taken earlier; called before each look at the socket, by one task at a time."""

    def pump(self, number: int = sys.maxsize) -> bool:
        """Take what has come, ``number`` messages at most: whether there may be more. Called after every use of the
        socket, by whoever used it.

        While another task is at it, that one goes on: messages are taken in their order, by one at a time.
        """
        self._news = True
        try:
            while self._news and self._turn.acquire(0):
                try:
                    while (frames := self._next()) is not None:
                        self.take(frames)
                        number -= 1
                        if number == 0:
                            return True
                finally:
                    self._turn.release()
        except Exception as error:  # noqa: BLE001 - or it would pass for a channel on which nothing comes
            self._end(error)
        return False

    def pump_on(self) -> None:
        """Take what has come, in a task of its own what is more than a turn: the caller has something else to do."""
        if self.pump(TURN):
            concurrency.spawn(self._rest)

    def _rest(self) -> None:
        while self.pump(TURN):
            concurrency.sleep(0)

    def _end(self, error: Exception) -> None:
        with self._lock:
            first, self._ended = not (self._ended or self._closed), True
        if self._watch is not None:
            self._watch.stop()
        if first:
            self._died(error)

    def put(self, address: bytes, packet: bytes) -> None:
        """Send without waiting; the caller holds the lock, and pumps when it has let go of it.

        :raises zmq.Again: the connection's queue is full. :raises zmq.ZMQError: there is no connection.
        """
        self._send(address, NOBLOCK_MORE)
        self._send(packet, NOBLOCK)

    def close(self) -> None:
        """Safe to call twice."""
        # The watch lets go of the descriptor before the descriptor is closed: its number may be given out again.
        if self._watch is not None:
            self._watch.stop()
        with self._lock:
            if not self._closed:
                self._closed = True
                self._socket.close(linger=LINGER)

    def _next(self) -> Frames | None:
        self._news = False  # what is told from here on may be missed here
        self.on_turn()
        with self._lock:
            if self._closed or self._ended or not int(self._socket.getsockopt(EVENTS)) & POLLIN:
                return None
            receive = self._socket.recv
            frames = [receive(NOBLOCK)]  # two at least, of a router as of a monitor
            while (last := receive(NOBLOCK, copy=False)).more:  # asking the socket costs thrice as much
                frames.append(last.bytes)
            return [*frames, last.bytes]

    def _readable(self) -> bool:
        return self.pump(TURN)
