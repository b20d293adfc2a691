"""Line: a connection to the broker that is made again whenever it breaks."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Any

import amqp
import amqp.method_framing
from kombu.connection import Connection

from nova_lite.core import concurrency
from nova_lite.core.ids import new_hex
from nova_lite.rpc.drivers.kombu.frames import Splitter
from nova_lite.rpc.drivers.kombu.outbox import Outbox, vanishing
from nova_lite.rpc.errors import QueueMismatch

LOG = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5.0  # seconds for the broker to accept a connection
FIRST_PAUSE, LAST_PAUSE = 0.2, 5.0  # seconds between attempts to connect, growing, with jitter
PREPARE_TIMEOUT = 10.0  # seconds for the broker to answer what a new connection declares
CHUNK = 65536  # bytes that are read at once
FAREWELL = 2.0  # seconds for the broker to say good-bye
SHORTEST_SILENCE = 3.0  # seconds without an answer that a network may have at any rate

LOST = (OSError, amqp.exceptions.AMQPError)
# Trying again would not help: the declaration contradicts what the broker has. Anything else may pass: a broker that
# is starting refuses users and virtual hosts that it will know a moment later.
HOPELESS = (amqp.exceptions.PreconditionFailed, QueueMismatch)


Take = Callable[[int, bytes], bool]
"""Takes a frame (type and payload) of one channel; False when it is for py-amqp."""


class Line:
    """Keeps one connection open. ``opened`` prepares each new one; it may wait for the broker's answers there.

    :param opened: called with the connection before anybody is told that the line is up.
    :param broken: called when a connection that was up is lost.
    :param hopeless: called when the line gives up.
    """

    def __init__(
        self, url: str, heartbeat: float, opened: Callable[[Any], None], broken: Callable[[], None],
        hopeless: Callable[[BaseException], None],
    ) -> None:
        self._url, self._heartbeat = url, heartbeat
        self._opened, self._broken, self._hopeless = opened, broken, hopeless
        self._connection: Any = None
        self._outbox: Outbox | None = None
        self._takers: dict[int, Take] = {}
        self._task: concurrency.Task[None] | None = None
        self._starting = concurrency.lock()
        self._ended = concurrency.event()
        self._up = concurrency.event()
        self._condemned = 0
        self.given_up = False
        self.generation = 0

    def start(self) -> None:
        """Begin to connect. Safe to call twice."""
        with self._starting:
            if self._task is None:
                self._task = concurrency.spawn(self._run)

    def wait_up(self, timeout: float) -> bool:
        """Wait for a connection; False when there is none after ``timeout`` seconds, or will never be one."""
        return self._up.wait(timeout) and not self.given_up

    @property
    def up(self) -> bool:
        return self._up.is_set() and not self.given_up

    @property
    def outbox(self) -> Outbox:
        """What goes out on the present connection.

        :raises OSError: there is none.
        """
        if self._outbox is None:
            raise OSError("there is no connection")
        return self._outbox

    def on_frames(self, channel: int, take: Take) -> None:
        """Give the frames of that channel of the present connection to ``take`` first. Called while it is prepared."""
        self._takers[channel] = take

    def close(self) -> None:
        """Say good-bye to the broker and end. Safe to call twice."""
        if self._ended.is_set():
            return
        self._ended.set()
        connection, task = self._connection, self._task
        if connection is None or task is None:
            return
        with contextlib.suppress(*LOST), vanishing():
            # The reading task gets the answer: waiting for it here would be a second reader.
            connection.send_method(amqp.spec.Connection.Close, "BsBB", (0, "", 0, 0))
        with contextlib.suppress(TimeoutError):
            task.wait(FAREWELL)
            return
        self._cut(connection)

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._ended.is_set():
            try:
                self._connect()
                pause = FIRST_PAUSE
                self._read()
            except HOPELESS as error:
                self._give_up(error)
                return
            except LOST as error:
                if not self._ended.is_set():
                    LOG.warning("no connection to the broker: %s: %s", type(error).__name__, error)
            except BaseException as error:  # of a task that is killed too
                LOG.exception("a connection to the broker ended for a reason that nobody foresaw")
                self._give_up(error)
                if isinstance(error, Exception):
                    return
                raise
            finally:
                self._drop()
            self._ended.wait(pause * (0.5 + int(new_hex()[:4], 16) / 0xFFFF))
            pause = min(pause * 2, LAST_PAUSE)

    def _give_up(self, error: BaseException) -> None:
        self.given_up = True
        try:
            self._hopeless(error)  # first: who is woken asks why
        finally:
            self._up.set()  # nobody need wait any longer

    def _connect(self) -> None:
        make: Callable[..., Any] = Connection
        self._takers = {}
        broker = make(
            self._url, heartbeat=self._heartbeat, connect_timeout=CONNECT_TIMEOUT,
            transport_options={"frame_writer": self._frame_writer, "socket_settings": _vigilance(self._heartbeat)},
        )
        with vanishing():
            connection = broker.transport.establish_connection()
        # With this flag py-amqp reads from the socket whenever it publishes, which is for our reading task alone.
        connection.client_properties["capabilities"]["connection.blocked"] = False
        self._connection = connection
        prepared = concurrency.event()
        concurrency.spawn(self._hurry, connection, prepared)
        self._opened(connection)
        prepared.set()
        self.generation += 1
        self._up.set()
        if self.generation > 1:
            LOG.info("connected to the broker again")

    def _frame_writer(self, connection: Any, transport: Any) -> Any:
        # py-amqp writes through the outbox too: its frames and ours take turns.
        self._outbox = Outbox(transport, lambda: self._cut(connection))
        return amqp.method_framing.frame_writer(connection, self._outbox)

    def _hurry(self, connection: Any, prepared: concurrency.Event) -> None:
        # A broker that has just started may forget a question that it was asked too early.
        if not prepared.wait(PREPARE_TIMEOUT):
            LOG.warning("the broker does not answer what a new connection asks of it: trying another")
            self._cut(connection)

    def renew(self, generation: int) -> None:
        """Give up the connection of that generation, which is up but does not do its work, and make another."""
        connection = self._connection
        if connection is not None and self.generation == generation != self._condemned:
            self._condemned = generation
            LOG.warning("the connection to the broker is up and does not work: making another")
            self._cut(connection)

    def _read(self) -> None:
        connection = self._connection
        beat = concurrency.spawn(self._beat, connection)
        try:
            # py-amqp has read whole frames so far, and not a byte more.
            receive, splitter = connection.sock.recv, Splitter()
            while connection.connected and not self._ended.is_set():
                data = receive(CHUNK)
                if not data:
                    raise ConnectionResetError("the broker has closed the connection")
                connection.bytes_recv += 1  # what the heartbeat counts
                for kind, channel, payload in splitter.feed(data):
                    take = self._takers.get(channel)
                    if take is None or not take(kind, payload):
                        connection.on_inbound_frame((kind, channel, payload))
        finally:
            beat.kill()

    def _beat(self, connection: Any) -> None:
        interval = max((connection.heartbeat or self._heartbeat) / 4, 1.0)
        while not self._ended.wait(interval) and connection is self._connection:
            try:
                with vanishing():
                    connection.heartbeat_tick()
            except LOST as error:
                LOG.warning("the broker is silent: %s", error)
                self._cut(connection)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        outbox, self._outbox = self._outbox, None
        if outbox is not None:
            outbox.close()
        if self.up:
            self._up.clear()
            self._broken()
        if connection is not None:
            with contextlib.suppress(*LOST), vanishing():
                connection.collect()

    def _cut(self, connection: Any) -> None:
        """Wake the reading task, however the other end feels about it."""
        if not connection.connected:
            return  # or py-amqp would connect anew, to have a socket
        with contextlib.suppress(*LOST), vanishing():
            connection.sock.shutdown(socket.SHUT_RDWR)


def _vigilance(heartbeat: float) -> dict[int, int]:
    """Socket options by which the kernel notices in half a heartbeat that nothing gets through any more.

    The broker's own heartbeat takes two. The kernels ask each other: a process that is busy is no false alarm.
    """
    silence = max(heartbeat / 2, SHORTEST_SILENCE)
    return {
        socket.TCP_KEEPIDLE: max(int(silence / 2), 1), socket.TCP_KEEPINTVL: max(int(silence / 5), 1),
        socket.TCP_USER_TIMEOUT: int(silence * 1000),  # of what was sent as of what was asked in silence
    }
