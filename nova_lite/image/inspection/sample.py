"""The parts of an image that tell its format: gathered while the data stream by, so that any store will do."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

HEAD_SIZE = 128 * 1024  # covers every header we read; ISO 9660's descriptor is the furthest, at 32 KiB
TAIL_SIZE = 512  # the footer of a fixed VHD


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The first bytes, the last bytes and the length of an image, in bytes."""

    head: bytes
    tail: bytes
    size: int

    @classmethod
    def of(cls, data: bytes) -> Sample:
        """The sample of data that are all here."""
        return cls(head=data[:HEAD_SIZE], tail=data[-TAIL_SIZE:], size=len(data))


class Sampler:
    """Takes the sample of a stream; holds no more than its head and tail."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = b""
        self._size = 0

    def update(self, block: bytes) -> None:
        """The next bytes of the stream."""
        if len(self._head) < HEAD_SIZE:
            self._head += block[: HEAD_SIZE - len(self._head)]
        self._tail = block[-TAIL_SIZE:] if len(block) >= TAIL_SIZE else (self._tail + block)[-TAIL_SIZE:]
        self._size += len(block)

    def sample(self) -> Sample:
        """The sample of everything so far."""
        return Sample(head=bytes(self._head), tail=self._tail, size=self._size)


def sample_file(path: Path) -> Sample:
    """The sample of a file. Blocks: call it through ``concurrency.native``."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = file.read(HEAD_SIZE)
        file.seek(max(0, size - TAIL_SIZE))
        return Sample(head=head, tail=file.read(TAIL_SIZE), size=size)
