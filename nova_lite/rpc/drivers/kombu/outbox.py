"""Outbox: everything that is written on one connection, by one task."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

from nova_lite.core import concurrency

LOG = logging.getLogger(__name__)

FULL = 1 << 20  # bytes that may wait here before whoever wants to add a message waits too


@contextlib.contextmanager
def vanishing() -> Iterator[None]:
    """Around a call into py-amqp on something that another task may close meanwhile: it raises AttributeError then.

    :raises OSError: that has happened.
    """
    try:
        yield
    except AttributeError as error:
        raise OSError(f"the connection has vanished: {error}") from error


class Outbox:
    """What several tasks leave here in the same moment goes out in one write, in the order in which they left it.

    It stands between py-amqp and its transport too, so that no frame is torn apart by another.

    :param broken: told, once, that nothing more can be written.
    """

    def __init__(self, transport: Any, broken: Callable[[], None]) -> None:
        self._transport, self._broken = transport, broken
        self._parts: list[bytes] = []
        self._size = 0
        self._late: list[Callable[[], bytes]] = []
        self._filled = concurrency.event()
        self._drained = concurrency.event()
        self._drained.set()
        self._closed = False
        concurrency.spawn(self._run)

    def write(self, data: bytes | memoryview) -> None:
        """As of a transport: for py-amqp, which uses its buffer again."""
        self.post(bytes(data))

    def post(self, data: bytes) -> None:
        """Leave whole frames. Never waits.

        :raises OSError: the connection is broken.
        """
        if self._closed:
            raise OSError("the connection is closed")
        self._parts.append(data)
        self._size += len(data)
        if self._size >= FULL:
            self._drained.clear()
        self._filled.set()

    def remind(self, late: Callable[[], bytes]) -> None:
        """Ask ``late`` for frames right before the next write, which is soon. They go before what was left here."""
        self._late.append(late)
        self._filled.set()

    def room(self, timeout: float) -> bool:
        """Wait until a message may be added; False when that took too long."""
        return self._drained.is_set() or self._drained.wait(timeout)

    def close(self) -> None:
        """Safe to call twice."""
        self._closed = True
        self._drained.set()
        self._filled.set()

    def _run(self) -> None:
        try:
            self._write()
        except OSError as error:
            LOG.debug("nothing can be written any more: %s", error)
        except Exception:
            LOG.exception("writing to the broker ended for a reason that nobody foresaw")
        finally:
            self.close()
            self._broken()

    def _write(self) -> None:
        while not self._closed:
            self._filled.wait()
            self._filled.clear()
            late, self._late = self._late, []
            frames = [ask() for ask in late]
            parts, self._parts, self._size = self._parts, [], 0
            if parts or frames:
                with vanishing():
                    self._transport.write(b"".join(frames + parts))
            if self._size < FULL:
                self._drained.set()
