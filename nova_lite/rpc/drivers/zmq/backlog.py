"""Backlog: what a server has read and its receiver has no room for yet."""

from __future__ import annotations

import collections
from typing import NamedTuple

from nova_lite.rpc.drivers.zmq.packet import Packet


class Waiting(NamedTuple):
    """A packet, and the client that it came from."""

    address: bytes
    packet: Packet


class Backlog:
    """``limit`` packets at most, in the order of each client; the clients in turn.

    Where one is too many, the client that has most here loses its latest: who floods a server keeps others from it
    neither by having come first nor by coming more often. Not for several tasks at a time.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._queues: collections.OrderedDict[bytes, collections.deque[Packet]] = collections.OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, address: bytes, packet: Packet) -> Waiting | None:
        """Keep a packet; the one that there is no place for, if that is so."""
        queues = self._queues
        queues.setdefault(address, collections.deque()).append(packet)
        if self._size < self._limit:
            self._size += 1
            return None
        most = max(queues, key=lambda one: (len(queues[one]), one == address))
        refused = Waiting(most, queues[most].pop())
        if not queues[most]:
            del queues[most]
        return refused

    def next(self) -> Waiting:
        """Take the one whose turn it is; there MUST be one."""
        address, queue = self._queues.popitem(last=False)
        packet = queue.popleft()
        if queue:
            self._queues[address] = queue
        self._size -= 1
        return Waiting(address, packet)
