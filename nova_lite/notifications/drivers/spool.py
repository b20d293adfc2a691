"""Notifications in files: something that can be consumed where there is no broker."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from nova_lite.core import concurrency
from nova_lite.core.errors import Unavailable
from nova_lite.notifications.notification import Notification, message

CURRENT = "notifications.jsonl"
CHUNK = 1 << 16  # bytes that are read at a time


class SpoolDriver:
    """Appends lines of JSON to ``notifications.jsonl``; several processes of a host may share the directory.

    A file of more than ``max_bytes`` becomes ``notifications.jsonl.1``, that one ``.2``, and so on; of the older ones
    ``keep`` stay, so that the directory never holds more than (keep + 1) times max_bytes and a batch. A batch that its
    writer did not live to end, or the machine, is there twice. Nothing follows half a line: the next writer takes it
    away first.
    """

    def __init__(self, directory: Path, max_bytes: int, keep: int) -> None:
        self._directory, self._max_bytes, self._keep = directory, max_bytes, keep
        self._lock = concurrency.lock()

    def publish(self, notifications: Sequence[Notification]) -> None:
        lines = b"".join(msgspec.json.encode(message(notification)) + b"\n" for notification in notifications)
        with self._lock:
            try:
                concurrency.native(self._append, lines)
            except OSError as error:
                raise Unavailable(f"notifications cannot be written to {self._directory}: {error.strerror}") from error

    def close(self) -> None:
        """Nothing stays open between two batches."""

    def _append(self, lines: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        current = self._directory / CURRENT
        with (self._directory / ".lock").open("a") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            if current.exists() and current.stat().st_size + len(lines) > self._max_bytes:
                self._rotate(current)
            with current.open("ab+", buffering=0) as file:
                before = _whole(file.fileno())
                try:
                    if file.write(lines) < len(lines):
                        raise OSError(28, "no space is left")
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), before)  # half a line would spoil the next one
                    raise

    def _rotate(self, current: Path) -> None:
        for number in range(self._keep, 0, -1):
            older = self._older(current, number - 1)
            if older.exists():
                older.replace(self._older(current, number))
        if self._keep == 0:
            current.unlink()

    @staticmethod
    def _older(current: Path, number: int) -> Path:
        return current if number == 0 else current.with_name(f"{CURRENT}.{number}")


def _whole(file: int) -> int:
    """Take away the half line that a writer left who was killed; how many bytes there are then."""
    size = os.fstat(file).st_size
    if not size or os.pread(file, 1, size - 1) == b"\n":
        return size
    end, found = size, -1
    while end and found < 0:
        begin = max(0, end - CHUNK)
        found = os.pread(file, end - begin, begin).rfind(b"\n")
        end = begin + found + 1 if found >= 0 else begin
    os.ftruncate(file, end)
    return end
