"""Ports for a cloud, which nobody else takes before it listens, nor while what listens is being started again."""

from __future__ import annotations

import contextlib
import random
import socket
from types import TracebackType

# Below the ports that Linux gives to connections: those keep theirs for a minute after their end, and nobody can
# listen there.
FIRST, LAST = 20_000, 32_000
SIZE = 32  # the API's, and those of the servers and the consoles after it


class Ports:
    """``first`` and the ``SIZE - 1`` after it are free; no other test of this machine gets them while this is open."""

    def __init__(self) -> None:
        for self.first in random.sample(range(FIRST, LAST, SIZE), (LAST - FIRST) // SIZE):
            self._claim = socket.socket(socket.AF_UNIX)
            with contextlib.suppress(OSError):
                self._claim.bind(f"\0nova-lite-test-ports-{self.first}")
                for port in range(self.first, self.first + SIZE):
                    socket.create_server(("127.0.0.1", port)).close()
                self._left = iter(range(self.first, self.first + SIZE))
                return
            self._claim.close()
        raise AssertionError(f"no {SIZE} ports in a row are free between {FIRST} and {LAST}")

    def one(self) -> int:
        """The first of them, then the one after it."""
        return next(self._left)

    def __enter__(self) -> Ports:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._claim.close()
