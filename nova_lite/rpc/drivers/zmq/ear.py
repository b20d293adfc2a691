"""The server's side: a socket that listens for one target."""

from __future__ import annotations

import logging

import zmq

from nova_lite.core import concurrency
from nova_lite.rpc.drivers.base import BACKLOG, Incoming, Receiver
from nova_lite.rpc.drivers.zmq.backlog import Backlog
from nova_lite.rpc.drivers.zmq.channel import Channel, Frames, heard_of
from nova_lite.rpc.drivers.zmq.packet import (
    ANSWER,
    BUSY,
    CALL,
    CAST,
    FANOUT,
    GONE,
    LEAVING,
    PARTED,
    TAKEN,
    Packet,
    pack,
    received,
)
from nova_lite.rpc.drivers.zmq.peers import Place

LOG = logging.getLogger(__name__)

GOODBYES = 2.0  # seconds that a stopping server waits for its clients to say that nothing of theirs is under way
FAREWELL = 0.05  # seconds in which the first message of a client that was just connecting still arrives


class Ear(Channel):
    """A server's socket for one target."""

    def __init__(self, socket: zmq.Socket[bytes], place: Place, receiver: Receiver) -> None:
        super().__init__(socket, receiver.lost)
        self._place, self._receiver = place, receiver
        self._paused = False
        self._backlog = Backlog(BACKLOG)
        self._refusing = False
        self._clients: set[bytes] = set()
        self._alone = concurrency.event()

    def lost(self, error: BaseException) -> None:
        """What this process sends and is answered has come to its end."""
        self._receiver.lost(error)

    def resume(self) -> None:
        if self._backlog:
            self.pump_on()

    def on_turn(self) -> None:
        while self._backlog and self._wanted() and not self._closed:
            self._admit(*self._backlog.next())
            self._refusing = self._refusing and bool(self._backlog)

    def _wanted(self) -> bool:
        return self._paused or self._receiver.room()

    def pause(self) -> None:
        # From here on nobody finds this server; who had found it before is sent on to another. Nobody can tell how
        # long a message of theirs is under way on a busy machine: so each says when its last one is.
        self._paused = True
        self._place.hide()
        for address in list(self._clients):
            self._post(address, pack(LEAVING))
        self.pump()
        if self._clients and self._watch is not None and not heard_of(self._alone, GOODBYES):
            LOG.warning("%d clients did not say good-bye", len(self._clients))
        concurrency.sleep(FAREWELL)
        self.pump()

    def close(self) -> None:
        self._place.withdraw()
        super().close()

    def take(self, frames: Frames) -> None:
        if (found := received(frames)) is None:
            return
        address, packet = found
        if packet.kind == PARTED:
            self._forget(address)
            return
        self._clients.add(address)
        if not self._backlog and self._wanted():
            self._admit(address, packet)
        elif (refused := self._backlog.add(address, packet)) is not None:
            self._refuse(*refused)

    def _refuse(self, address: bytes, packet: Packet) -> None:
        if not self._refusing:
            self._refusing = True
            LOG.warning("this server does not keep up: %d messages wait, more are refused, fanouts lost", BACKLOG)
        if packet.kind != FANOUT:
            self._post(address, pack(BUSY, packet.id))

    def _admit(self, address: bytes, packet: Packet) -> None:
        kind, message_id, payload = packet
        if self._paused:
            self._post(address, pack(GONE, message_id))
            return
        if kind == CAST:
            self._post(address, pack(TAKEN, message_id))

        def answer(reply: bytes) -> None:
            if kind == CALL:
                self._post(address, pack(ANSWER, message_id, reply))
                self.pump_on()

        self._receiver.accept(Incoming(message_id, payload, False, answer, _nothing))

    def _forget(self, address: bytes) -> None:
        self._clients.discard(address)
        if self._paused and not self._clients:
            self._alone.set()

    def _post(self, address: bytes, packet: bytes) -> None:
        """Send without waiting. A client that is gone or chokes gets nothing."""
        try:
            with self._lock:
                if not self._closed:
                    self.put(address, packet)
        except zmq.ZMQError as error:
            self._forget(address)
            LOG.debug("packet %d was dropped, its receiver is gone or does not read: %s", packet[0], error)


def _nothing() -> None:
    """zmq has nobody to acknowledge to."""
