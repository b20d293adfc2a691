"""The client's side: one socket to all servers, and what is known of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import NamedTuple

import zmq
from zmq.utils.monitor import parse_monitor_message

from nova_lite.core import concurrency
from nova_lite.core.errors import NovaLiteError
from nova_lite.rpc.drivers.base import Sink
from nova_lite.rpc.drivers.zmq.channel import Channel, Frames, heard_of
from nova_lite.rpc.drivers.zmq.packet import ANSWER, BUSY, GONE, LEAVING, PARTED, TAKEN, pack, received
from nova_lite.rpc.drivers.zmq.peers import Peers
from nova_lite.rpc.errors import Busy, Withdrawn
from nova_lite.rpc.pending import Pending

LAST_WORDS = 0.5  # seconds in which answers of a peer that is dead may still arrive
CONNECT_TIMEOUT = 2.0  # seconds for a tcp peer to answer a connect


class Link:
    """What is known of the connection to one endpoint; ``settled`` once the first attempt has ended either way.

    ``generation`` grows with every new connection: an answer cannot come over a later one than its question went.
    """

    def __init__(self) -> None:
        self.connected = False
        self.generation = 0
        self.settled = concurrency.event()


class Monitor(Channel):
    """Knows which endpoints of a socket are connected. Only for tcp: ipc peers have locks to look at."""

    EVENTS = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED | zmq.EVENT_CONNECT_RETRIED

    def __init__(self, socket: zmq.Socket[bytes], died: Callable[[BaseException], None]) -> None:
        super().__init__(socket, died)
        self._links: dict[str, Link] = {}

    def expect(self, endpoint: str) -> None:
        self._links[endpoint] = Link()

    def connected(self, endpoint: str) -> bool:
        return self._links[endpoint].connected

    def generation(self, endpoint: str) -> int:
        return self._links[endpoint].generation

    def settle(self, endpoint: str) -> None:
        """Wait until it is known whether the endpoint answers; one that stays silent for long does not."""
        settled = self._links[endpoint].settled
        heard_of(settled, CONNECT_TIMEOUT)
        settled.set()

    def leave(self, endpoint: str) -> None:
        """The peer has said that it is going: it is not there any more until it connects anew."""
        self._links[endpoint].connected = False

    def take(self, frames: Frames) -> None:
        message = parse_monitor_message(frames)
        link = self._links.get(message["endpoint"].decode())
        if link is not None:
            link.connected = message["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED
            link.generation += link.connected
            link.settled.set()


class Wire(Channel):
    """The client's socket: everything that is sent, and the answers."""

    def __init__(
        self, socket: zmq.Socket[bytes], died: Callable[[BaseException], None], peers: Peers, sink: Sink,
        monitor: Monitor | None,
    ) -> None:
        super().__init__(socket, died)
        self._peers, self._sink, self._monitor = peers, sink, monitor
        self._known: set[str] = set()
        self._parted: dict[str, int] = {}  # endpoints that are leaving, and the connection over which they said so
        self.receipts = Pending()

    def connect(self, endpoints: list[str]) -> None:
        """Begin to connect to those that are new and not known to be dead.

        libzmq aborts the process when a routing id is given again while the last connection of that name still ends:
        what was given up once must not be tried again, and an ipc endpoint that is dead stays dead.
        """
        if self._known.issuperset(endpoints):
            return
        with self._lock:
            for endpoint in set(endpoints) - self._known:
                if not self._peers.alive(endpoint):
                    continue
                self._known.add(endpoint)
                if self._monitor is not None:
                    self._monitor.expect(endpoint)
                self._socket.setsockopt(zmq.CONNECT_ROUTING_ID, endpoint.encode())
                self._socket.connect(endpoint)

    def reach(self, endpoint: str) -> bool:
        """False when nobody is there."""
        if self._monitor is not None:
            self._monitor.settle(endpoint)
        return self.alive(endpoint)

    def alive(self, endpoint: str) -> bool:
        """False when the peer is known to be dead; then it is forgotten."""
        if self._monitor is not None:
            return self._monitor.connected(endpoint)
        if self._peers.alive(endpoint):
            return True
        with self._lock:
            forget = endpoint in self._known and not self._closed
            self._known.discard(endpoint)
        if forget:
            concurrency.spawn(self._disconnect, endpoint)
        return False

    def _disconnect(self, endpoint: str) -> None:
        # What the peer said in its last moments may be under way, and would be lost with the connection.
        concurrency.sleep(LAST_WORDS)
        with self._lock:
            if not self._closed:
                self._parted.pop(endpoint, None)
                self._socket.disconnect(endpoint)

    def post(self, endpoint: str, packet: bytes) -> None:
        """Send a packet.

        :raises zmq.Again: the connection's queue is full. :raises zmq.ZMQError: there is no connection, or it ends.
        """
        with self._lock:
            if self._closed or (self._parted and self._parted.get(endpoint) == self._generation(endpoint)):
                raise zmq.ZMQError(zmq.EHOSTUNREACH)
            self.put(endpoint.encode(), packet)
        self.pump()

    def route(self, endpoint: str) -> PeerRoute:
        """Where a message goes that is sent now."""
        return PeerRoute(self, endpoint, self._generation(endpoint))

    def same(self, route: PeerRoute) -> bool:
        """True while the peer lives and the connection is the one that it was."""
        return self.alive(route.endpoint) and self._generation(route.endpoint) == route.generation

    def _generation(self, endpoint: str) -> int:
        return 0 if self._monitor is None else self._monitor.generation(endpoint)

    def take(self, frames: Frames) -> None:
        if (found := received(frames)) is None:
            return
        address, (kind, message_id, payload) = found
        if kind == ANSWER:
            self._sink.answered(message_id, payload)
        elif kind == TAKEN:
            self.receipts.answered(message_id, b"taken")
        elif kind == BUSY:
            self._failed(message_id, Busy(f"{address.decode()} has no room"))
        elif kind in (LEAVING, GONE):
            self._left(address, message_id)

    def _left(self, address: bytes, message_id: str) -> None:
        endpoint = address.decode()
        with self._lock:
            generation = self._generation(endpoint)
            if not self._closed and self._parted.get(endpoint) != generation:
                # Behind this nothing follows on the connection: the server need not stay for more.
                self._parted[endpoint] = generation
                with contextlib.suppress(zmq.ZMQError):
                    self.put(address, pack(PARTED))
        if self._monitor is not None:
            self._monitor.leave(endpoint)
        self._failed(message_id, Withdrawn(f"{endpoint} is stopping"))

    def _failed(self, message_id: str, error: NovaLiteError) -> None:
        self.receipts.failed(message_id, error)
        self._sink.failed(message_id, error)


class PeerRoute(NamedTuple):
    """The server that a message went to, and the connection that it took."""

    wire: Wire
    endpoint: str
    generation: int

    def alive(self) -> bool:
        return self.wire.same(self)
