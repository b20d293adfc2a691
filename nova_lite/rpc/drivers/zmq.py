"""The brokerless driver: peers talk to each other directly over ZeroMQ.

A server binds one ROUTER socket per target. A client has one ROUTER socket that connects to every server it talks to
and names each of them by its endpoint, so that a message goes to the server that was chosen and an answer comes back
on the connection of its question.

Messages are ``[kind, id, payload]`` behind the router's address frame. Towards a server the kind is ``call``,
``cast`` or ``fanout``; back it is ``answer``, ``taken`` (the receipt of a cast) or ``gone`` (the server is stopping:
ask another).

A ZeroMQ socket has one descriptor that tells of changes, once each, and reading or sending may swallow the news. So
whoever touches a socket *pumps* it afterwards: takes whatever has come. One task per socket waits on the descriptor.
"""

from __future__ import annotations

import collections
import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import zmq
from zmq.utils.monitor import parse_monitor_message

from nova_lite.core import concurrency
from nova_lite.core.errors import Invalid
from nova_lite.rpc.drivers.base import AlwaysAlive, Incoming, Outgoing, Receiver, Route, Sink
from nova_lite.rpc.drivers.peers import IpcPeers, Peers, Place, RingPeers
from nova_lite.rpc.errors import NotConfirmed, Unroutable, Withdrawn
from nova_lite.rpc.pending import Pending
from nova_lite.rpc.settings import BusSettings
from nova_lite.rpc.target import Target

LOG = logging.getLogger(__name__)

ANSWER, TAKEN, GONE = b"answer", b"taken", b"gone"
HIGH_WATER = 1000  # messages in one direction of one connection before its sender has to wait
CONNECT_TIMEOUT = 2.0  # seconds for a tcp peer to answer a connect
HEARTBEAT = 5.0  # seconds between heartbeats on tcp; a peer that misses three is dead
LINGER = 500  # milliseconds that a closing socket may take to send what it was given
FAREWELL = 0.05  # seconds in which messages that were under way to a stopping server still arrive
PATIENCE = 1.0  # seconds between two looks whether a peer that owes a receipt still lives
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


class Monitor(Channel):
    """Knows which endpoints of a socket are connected. Only for tcp: ipc peers have locks to look at."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        super().__init__(socket)
        self._connected: dict[str, concurrency.Event] = {}

    def expect(self, endpoint: str) -> None:
        self._connected[endpoint] = concurrency.event()

    def connected(self, endpoint: str, timeout: float) -> bool:
        return self._connected[endpoint].wait(timeout)

    def pump(self) -> None:
        with self._lock:
            for frames in self.received():
                message = parse_monitor_message(frames)
                state = self._connected.get(message["endpoint"].decode())
                if state is None:
                    continue
                if message["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                    state.set()
                elif message["event"] == zmq.EVENT_DISCONNECTED:
                    state.clear()


class Wire(Channel):
    """The client's socket: everything that is sent, and the answers."""

    def __init__(self, socket: zmq.Socket[bytes], peers: Peers, sink: Sink, monitor: Monitor | None) -> None:
        super().__init__(socket)
        self._peers, self._sink, self._monitor = peers, sink, monitor
        self._known: set[str] = set()
        self.receipts = Pending()

    def reach(self, endpoint: str) -> bool:
        """Connect to an endpoint unless that was done; False when nobody is there."""
        with self._lock:
            if endpoint not in self._known:
                self._known.add(endpoint)
                if self._monitor is not None:
                    self._monitor.expect(endpoint)
                self._socket.setsockopt(zmq.CONNECT_ROUTING_ID, endpoint.encode())
                self._socket.connect(endpoint)
        if self._monitor is not None and not self._monitor.connected(endpoint, CONNECT_TIMEOUT):
            return False
        return self.alive(endpoint)

    def alive(self, endpoint: str) -> bool:
        """False when the peer is known to be dead; then it is forgotten."""
        if self._monitor is not None:
            return endpoint in self._known and self._monitor.connected(endpoint, 0)
        if self._peers.alive(endpoint):
            return True
        with self._lock:
            if endpoint in self._known and not self._closed:
                self._known.discard(endpoint)
                self._socket.disconnect(endpoint)
        return False

    def pump(self) -> None:
        with self._lock:
            for address, kind, message_id, payload in self.received():
                key = message_id.decode()
                if kind == ANSWER:
                    self._sink.answered(key, payload)
                elif kind == TAKEN:
                    self.receipts.answered(key, TAKEN)
                elif kind == GONE:
                    error = Withdrawn(f"{address.decode()} is stopping")
                    self.receipts.failed(key, error)
                    self._sink.failed(key, error)


class PeerRoute(NamedTuple):
    """The server that a message went to."""

    wire: Wire
    endpoint: str

    def alive(self) -> bool:
        return self.wire.alive(self.endpoint)


class Ear(Channel):
    """A server's socket for one target."""

    def __init__(self, socket: zmq.Socket[bytes], place: Place, receiver: Receiver) -> None:
        super().__init__(socket)
        self._place, self._receiver = place, receiver
        self._paused = False

    def ended(self, error: BaseException) -> None:
        self._receiver.lost(error)

    def resume(self) -> None:
        if self._task is not None:
            self.pump()

    def pause(self) -> None:
        # From here on nobody finds this server; who had found it before is sent on to another.
        self._paused = True
        self._place.withdraw()
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
            LOG.warning("an answer was dropped, its caller is gone or does not read: %s", error)


class ZmqDriver:
    """See :mod:`nova_lite.rpc.drivers.base` for what it promises."""

    def __init__(self, settings: BusSettings, sink: Sink) -> None:
        """:raises Invalid: the settings name neither a directory nor a ring file."""
        if not (settings.zmq_ipc_dir or settings.zmq_ring):
            raise Invalid("transport zmq needs zmq_ipc_dir or zmq_ring")
        self._settings, self._sink = settings, sink
        ring = settings.zmq_ring
        self._peers: Peers = RingPeers(Path(ring)) if ring else IpcPeers(Path(settings.zmq_ipc_dir))
        self._lock = concurrency.lock()
        self._context: zmq.Context[zmq.Socket[bytes]] | None = None
        self._wire: Wire | None = None
        self._channels: list[Channel] = []
        self._turns: collections.Counter[Target] = collections.Counter()

    def send(self, target: Target, message: Outgoing) -> Route:
        wire = self._client()
        if message.kind == "fanout":
            return self._spread(wire, target, message)
        timeout = min(self._settings.send_timeout, message.lifetime)
        for endpoint in self._ordered(target):
            if not wire.reach(endpoint):
                continue
            try:
                self._hand_over(wire, endpoint, message, timeout)
            except Withdrawn:
                continue
            return PeerRoute(wire, endpoint)
        raise Unroutable(f"nobody listens on {target}", target=str(target))

    def listen(self, target: Target, receiver: Receiver, prefetch: int) -> Ear:
        """:raises Invalid: no endpoint of this target can be bound here."""
        place = self._peers.place(target)
        socket = self._socket()
        socket.setsockopt(zmq.MAXMSGSIZE, self._settings.max_message + 65536)
        _bind(socket, place, target)
        ear = Ear(socket, place, receiver)
        self._channels.append(ear)
        return ear

    def close(self) -> None:
        for channel in self._channels:
            channel.close()
        if self._context is not None:
            self._context.term()
            self._context = None

    def _ordered(self, target: Target) -> list[str]:
        found = self._peers.find(target)
        if len(found) < 2:
            return found
        self._turns[target] += 1
        first = (os.getpid() + self._turns[target]) % len(found)
        return found[first:] + found[:first]

    def _hand_over(self, wire: Wire, endpoint: str, message: Outgoing, timeout: float) -> None:
        if message.kind == "call":
            _push(wire, endpoint, message, timeout)
            return
        waiter = wire.receipts.add(message.id)
        try:
            _push(wire, endpoint, message, timeout)
            waited = 0.0
            while waiter.wait(min(PATIENCE, timeout - waited)) is None:
                waited += PATIENCE
                if waited >= timeout or not wire.alive(endpoint):
                    raise NotConfirmed(f"{endpoint} did not take {message.id} in {waited:.1f} s", endpoint=endpoint)
        finally:
            wire.receipts.remove(message.id)

    def _spread(self, wire: Wire, target: Target, message: Outgoing) -> Route:
        for endpoint in self._peers.find(Target(target.topic)):
            if wire.reach(endpoint):
                try:
                    wire.send(_frames(endpoint, message))
                except zmq.ZMQError as error:
                    LOG.warning("a fanout did not reach %s: %s", endpoint, error)
        return AlwaysAlive()

    def _client(self) -> Wire:
        with self._lock:
            if self._wire is None:
                socket = self._socket()
                monitor = self._watch(socket) if self._settings.zmq_ring else None
                self._wire = Wire(socket, self._peers, self._sink, monitor)
                self._channels.append(self._wire)
                self._wire.start()
            return self._wire

    def _watch(self, socket: zmq.Socket[bytes]) -> Monitor:
        monitor = Monitor(socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED))
        self._channels.append(monitor)
        monitor.start()
        return monitor

    def _socket(self) -> zmq.Socket[bytes]:
        if self._context is None:
            self._context = zmq.Context()
        socket = self._context.socket(zmq.ROUTER)
        socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        socket.setsockopt(zmq.SNDHWM, HIGH_WATER)
        socket.setsockopt(zmq.RCVHWM, HIGH_WATER)
        if self._settings.zmq_ring:
            socket.setsockopt(zmq.HEARTBEAT_IVL, int(HEARTBEAT * 1000))
            socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, int(HEARTBEAT * 3000))
        return socket


def _push(wire: Wire, endpoint: str, message: Outgoing, timeout: float) -> None:
    """Put a message on its connection; waits while the connection's queue is full."""
    waited, pause = 0.0, 0.005
    while True:
        try:
            wire.send(_frames(endpoint, message))
            return
        except zmq.Again as error:
            if waited >= timeout:
                raise NotConfirmed(f"{endpoint} does not keep up: its queue is full", endpoint=endpoint) from error
        except zmq.ZMQError as error:
            raise Withdrawn(f"{endpoint} is gone: {error}") from error
        concurrency.sleep(pause)
        waited, pause = waited + pause, min(pause * 2, 0.1)


def _frames(endpoint: str, message: Outgoing) -> Frames:
    return [endpoint.encode(), message.kind.encode(), message.id.encode(), message.payload]


def _bind(socket: zmq.Socket[bytes], place: Place, target: Target) -> None:
    for endpoint in place.candidates():
        try:
            socket.bind(endpoint)
            return
        except zmq.ZMQError as error:
            LOG.debug("%s cannot be bound: %s", endpoint, error)
    place.withdraw()
    socket.close()
    raise Invalid(f"no endpoint of {target} can be bound here", target=str(target))


def _nothing() -> None:
    """zmq has nobody to acknowledge to."""
