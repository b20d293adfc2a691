"""The driver: finds peers, hands messages over, binds listeners."""

from __future__ import annotations

import collections
import logging
import os
from pathlib import Path

import zmq

from nova_lite.core import concurrency
from nova_lite.core.errors import Invalid
from nova_lite.rpc.backoff import Backoff
from nova_lite.rpc.drivers.base import AlwaysAlive, Outgoing, Receiver, Route, Sink
from nova_lite.rpc.drivers.zmq.channel import Channel
from nova_lite.rpc.drivers.zmq.client import Monitor, PeerRoute, Wire
from nova_lite.rpc.drivers.zmq.ear import Ear
from nova_lite.rpc.drivers.zmq.packet import KINDS, pack
from nova_lite.rpc.drivers.zmq.peers import IpcPeers, Peers, Place, RingPeers
from nova_lite.rpc.errors import Busy, NotConfirmed, Unroutable, Withdrawn
from nova_lite.rpc.settings import BusSettings
from nova_lite.rpc.target import Target

LOG = logging.getLogger(__name__)

HIGH_WATER = 1000  # messages in one direction of one connection before its sender has to wait
RECONNECT = 2.0  # seconds at most between two attempts to reach a tcp peer that is gone
BEATS = 4  # heartbeats on tcp within the time of silence that is configured; a peer that misses three is dead
TERM_TIMEOUT = 2.0  # seconds for a context to end once its sockets are closed
PATIENCE = 1.0  # seconds between two looks whether a peer that owes a receipt still lives


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
        if message.kind == "call":
            return self._offer(wire, target, message, timeout)
        backoff = Backoff(timeout)
        while True:
            try:
                return self._offer(wire, target, message, backoff.left)
            except Busy as error:
                if not backoff.pause():
                    raise NotConfirmed(f"{target} does not keep up: {error}", target=str(target)) from error

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
        self._peers.close()
        context, self._context = self._context, None
        if context is not None:
            _terminate(context)

    def _living(self, wire: Wire, target: Target) -> list[str]:
        endpoints = self._peers.find(target)
        wire.connect(endpoints)
        return [endpoint for endpoint in endpoints if wire.reach(endpoint)]

    def _offer(self, wire: Wire, target: Target, message: Outgoing, timeout: float) -> Route:
        """Hand a message to one of the target's servers.

        :raises Busy: none of them has room.
        """
        busy: Busy | None = None
        for endpoint in self._in_turn(target, self._living(wire, target)):
            route = wire.route(endpoint)
            try:
                self._hand_over(route, message, timeout)
            except Withdrawn:
                continue
            except Busy as error:
                busy = error
                continue
            return route
        raise busy or Unroutable(f"nobody listens on {target}", target=str(target))

    def _in_turn(self, target: Target, living: list[str]) -> list[str]:
        if len(living) < 2:
            return living
        self._turns[target] += 1
        first = (os.getpid() + self._turns[target]) % len(living)
        return living[first:] + living[:first]

    def _hand_over(self, route: PeerRoute, message: Outgoing, timeout: float) -> None:
        wire, endpoint = route.wire, route.endpoint
        if message.kind == "call":
            _push(wire, endpoint, message, timeout)
            return
        waiter = wire.receipts.add(message.id)
        try:
            _push(wire, endpoint, message, timeout)
            waited = 0.0
            while waiter.wait(min(PATIENCE, timeout - waited)) is None:
                waited += PATIENCE
                if waited >= timeout or not route.alive():
                    raise NotConfirmed(f"{endpoint} did not take {message.id} in {waited:.1f} s", endpoint=endpoint)
        finally:
            wire.receipts.remove(message.id)

    def _spread(self, wire: Wire, target: Target, message: Outgoing) -> Route:
        packet = _packet(message)
        for endpoint in self._living(wire, Target(target.topic)):
            try:
                wire.post(endpoint, packet)
            except zmq.ZMQError as error:
                LOG.warning("a fanout did not reach %s: %s", endpoint, error)
        return AlwaysAlive()

    def _client(self) -> Wire:
        if self._wire is not None:
            return self._wire
        with self._lock:
            if self._wire is None:
                socket = self._socket()
                monitor = self._watch(socket) if self._settings.zmq_ring else None
                wire = Wire(socket, self._lost, self._peers, self._sink, monitor)
                self._channels.append(wire)
                wire.start()
                self._wire = wire
            return self._wire

    def _watch(self, socket: zmq.Socket[bytes]) -> Monitor:
        monitor = Monitor(socket.get_monitor_socket(Monitor.EVENTS), self._lost)
        self._channels.append(monitor)
        monitor.start()
        return monitor

    def _lost(self, error: BaseException) -> None:
        LOG.critical("this process can send nothing more: %s", error)
        for channel in self._channels:
            if isinstance(channel, Ear):
                channel.lost(error)

    def _socket(self) -> zmq.Socket[bytes]:
        if self._context is None:
            self._context = zmq.Context()
        socket = self._context.socket(zmq.ROUTER)
        socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        socket.setsockopt(zmq.SNDHWM, HIGH_WATER)
        socket.setsockopt(zmq.RCVHWM, HIGH_WATER)
        if self._settings.zmq_ring:
            beat = int(self._settings.heartbeat / BEATS * 1000)
            socket.setsockopt(zmq.HEARTBEAT_IVL, beat)
            socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 3 * beat)
            socket.setsockopt(zmq.RECONNECT_IVL_MAX, int(RECONNECT * 1000))
        return socket


def _terminate(context: zmq.Context[zmq.Socket[bytes]]) -> None:
    """Let go of a context whose sockets are closed; libzmq now and then never ends one whose peers were killed.

    It waits in native code: from a task it would hold up the whole process, and with it the end of the daemon.
    """
    ended: concurrency.Mailbox[bool] = concurrency.mailbox()

    def term() -> None:
        context.term()
        ended.put(True)

    concurrency.native_thread(term, "zmq context")
    try:
        ended.get(TERM_TIMEOUT)
    except concurrency.Empty:
        LOG.warning("zmq does not end within %.1f s; it is left behind", TERM_TIMEOUT)
    else:
        ended.close()


def _push(wire: Wire, endpoint: str, message: Outgoing, timeout: float) -> None:
    """Put a message on its connection; waits while the connection's queue is full."""
    packet = _packet(message)
    waited, pause = 0.0, 0.005
    while True:
        try:
            wire.post(endpoint, packet)
            return
        except zmq.Again as error:
            if waited >= timeout:
                raise NotConfirmed(f"{endpoint} does not keep up: its queue is full", endpoint=endpoint) from error
        except zmq.ZMQError as error:
            raise Withdrawn(f"{endpoint} is gone: {error}") from error
        concurrency.sleep(pause)
        waited, pause = waited + pause, min(pause * 2, 0.1)


def _packet(message: Outgoing) -> bytes:
    return pack(KINDS[message.kind], message.id, message.payload)


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
