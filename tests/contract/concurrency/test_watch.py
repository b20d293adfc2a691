"""Watches of file descriptors, on the back end that this process uses."""

from __future__ import annotations

import socket

import pytest

from nova_lite.core import concurrency
from tests.patience import PATIENCE


class Bell:
    """A socket that is watched: every byte that comes is taken away, one at a call, and kept in ``bytes``."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self.bytes = self._left = b""
        self.changed = concurrency.event()
        self.watch = concurrency.watch(self._reader.fileno(), self._come)

    def _come(self) -> bool:
        self._left = self._left or self._reader.recv(100)
        self.bytes, self._left = self.bytes + self._left[:1], self._left[1:]
        if not self._left:
            self.changed.set()
        if self.bytes.endswith(b"x"):
            raise ValueError("x")
        return bool(self._left)

    def ring(self, text: bytes) -> None:
        self.changed.clear()
        self._writer.sendall(text)

    def close(self) -> None:
        self.watch.stop()
        self.watch.stop()
        self._reader.close()
        self._writer.close()


def test_a_watch_calls_back_whenever_something_can_be_read() -> None:
    bell = Bell()
    for text in (b"a", b"bcd", b"e"):
        bell.ring(text)
        assert bell.changed.wait(PATIENCE)
    assert bell.bytes == b"abcde"
    bell.close()


def test_a_watch_survives_a_callback_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    bell = Bell()
    for text in (b"x", b"y"):
        bell.ring(text)
        assert bell.changed.wait(PATIENCE)
    assert bell.bytes == b"xy"
    assert "ValueError: x" in caplog.text
    bell.close()


def test_a_watch_that_was_stopped_reads_nothing_more() -> None:
    bell = Bell()
    bell.watch.stop()
    bell.ring(b"a")
    assert not bell.changed.wait(0.05)
    assert bell.bytes == b""
    bell.close()


def test_a_task_that_a_watch_wakes_may_wait_for_other_things() -> None:
    bell, other = Bell(), concurrency.event()
    begun: concurrency.Queue[None] = concurrency.queue()

    def work() -> bytes:
        begun.put(None)
        bell.changed.wait(PATIENCE)
        other.wait(0.01)  # within the callback of an event loop this would be impossible
        return bell.bytes

    task = concurrency.spawn(work)
    begun.get(PATIENCE)
    bell.ring(b"a")
    assert task.wait(PATIENCE) == b"a"
    bell.close()


def test_what_a_task_ends_with_is_not_told_to_the_callback_that_has_woken_it(caplog: pytest.LogCaptureFixture) -> None:
    bell = Bell()
    begun: concurrency.Queue[None] = concurrency.queue()

    def fail() -> None:
        begun.put(None)
        bell.changed.wait(PATIENCE)
        raise ValueError("of the task")

    task = concurrency.spawn(fail)
    begun.get(PATIENCE)
    bell.ring(b"a")
    with pytest.raises(ValueError, match="of the task"):
        task.wait(PATIENCE)
    bell.ring(b"b")
    assert bell.changed.wait(PATIENCE)
    assert bell.bytes == b"ab"
    assert "the callback of a watched descriptor failed" not in caplog.text
    bell.close()
