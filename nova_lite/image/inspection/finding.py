"""What a detector says, and how it reads numbers."""

from __future__ import annotations

import struct

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """``format`` in the words of ``disk_format``; ``virtual_size`` in bytes, None where the format does not say.

    ``faults``: why it must not be opened, each a phrase for people; empty when it is safe.
    """

    format: str
    virtual_size: int | None = None
    faults: tuple[str, ...] = ()


def number(data: bytes, layout: str, offset: int) -> int:
    """The integer that ``struct`` finds at ``offset``; 0 when the data end before it."""
    if len(data) < offset + struct.calcsize(layout):
        return 0
    value: int = struct.unpack_from(layout, data, offset)[0]
    return value
