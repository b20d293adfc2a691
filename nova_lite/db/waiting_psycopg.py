"""A psycopg connection that waits through the concurrency seam: other tasks run meanwhile, and not for ever."""

from __future__ import annotations

import os
import select
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.waiting import Ready, Wait

from nova_lite.core import concurrency

T = TypeVar("T")

INTERVAL = 0.5  # seconds between looks at a socket that stays silent


class WaitingConnection(psycopg.Connection[Any]):
    """psycopg waits in a C function by default, without a limit, which would also stop every green thread.

    ``silence``: seconds without an answer after which the connection is dead.
    """

    silence = float("inf")

    def wait(self, gen: PQGen[T], interval: float = INTERVAL, timeout: float | None = None) -> T:
        """Run a generator of psycopg's, which yields what it waits for and is sent what is ready."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        looks = 0
        try:
            wanted = next(gen)
            if wanted & Wait.W:
                wanted = gen.send(Ready.W)  # a statement fits into the socket's buffer: just try
            while True:
                ready = self._until(wanted)
                looks = 0 if ready else looks + 1
                if looks * INTERVAL >= self.silence:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"the server has been silent for {self.silence:.0f} s")
                wanted = gen.send(ready)
        except StopIteration as end:
            found: T = end.value
            return found

    def _until(self, wanted: Wait) -> Ready:
        fd = self.pgconn.socket
        if wanted == Wait.R:
            ready = Ready.R if concurrency.wait_readable(fd, INTERVAL) else Ready.NONE
        else:
            readable, writable, _ = select.select([fd], [fd], [], INTERVAL)
            ready = Ready((Ready.R if readable else 0) | (Ready.W if writable else 0))
        if not ready:
            _check_open(fd)
        return ready


def _check_open(fd: int) -> None:
    try:
        os.fstat(fd)
    except OSError as error:
        raise psycopg.OperationalError("connection socket closed") from error
