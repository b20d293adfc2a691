"""Packet: what two zmq peers say to each other, one frame behind the router's address.

A byte for the kind, a byte for the length of the id, the id, the payload. Every frame costs a call into libzmq at
either end: one is the least.
"""

from __future__ import annotations

import logging
from typing import Literal, NamedTuple

LOG = logging.getLogger(__name__)

CALL, CAST, FANOUT, ANSWER, TAKEN, GONE, LEAVING, PARTED, BUSY = range(1, 10)
KINDS: dict[Literal["call", "cast", "fanout"], int] = {"call": CALL, "cast": CAST, "fanout": FANOUT}


class Packet(NamedTuple):
    """``kind`` is one of the constants above; see the package for what each means."""

    kind: int
    id: str
    payload: bytes


def pack(kind: int, message_id: str = "", payload: bytes = b"") -> bytes:
    """:raises ValueError: the id is longer than 255 bytes or not ASCII."""
    raw = message_id.encode("ascii")
    return bytes((kind, len(raw))) + raw + payload


def received(frames: list[bytes]) -> tuple[bytes, Packet] | None:
    """Who sent it, and the packet; None, and a line in the log, when no peer of ours has sent that."""
    try:
        address, frame = frames
        return address, unpack(frame)
    except ValueError as error:
        LOG.warning("dropped a message that is no peer's: %s", error)
        return None


def unpack(frame: bytes) -> Packet:
    """:raises ValueError: the frame is no packet."""
    if len(frame) < 2 or len(frame) < 2 + frame[1]:
        raise ValueError(f"{len(frame)} bytes are no packet")
    end = 2 + frame[1]
    return Packet(frame[0], frame[2:end].decode("ascii"), frame[end:])
