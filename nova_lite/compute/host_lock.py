"""HostLock: one compute process works on a host, whatever a supervisor believes of the one before it."""

from __future__ import annotations

import fcntl
import logging
from io import TextIOWrapper
from pathlib import Path

from nova_lite.core import concurrency
from nova_lite.core.errors import Conflict

LOG = logging.getLogger(__name__)

PATIENCE, PAUSE = 20.0, 0.1  # seconds for a predecessor to end, and between two looks


class HostLock:
    """A part of the compute service, its first. The kernel lets go of the lock when the process ends, however it ends.

    A process that is frozen keeps it: what it had begun must not run a second time beside it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIOWrapper | None = None
        self._ended = concurrency.event()

    def setup(self) -> None:
        """:raises Conflict: another compute process has this host, and does not end."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a")
        waited = 0.0
        while not self._taken():
            if waited == 0.0:
                LOG.warning("another compute process works on this host; waiting for its end")
            if waited >= PATIENCE:
                raise Conflict(f"another compute process works on this host: it holds {self._path}")
            concurrency.sleep(PAUSE)
            waited += PAUSE

    def _taken(self) -> bool:
        assert self._file is not None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def start(self) -> None:
        """Held already."""

    def stop(self, grace: float) -> None:
        self.kill()

    def kill(self) -> None:
        if self._file is not None:
            self._file.close()
        self._ended.set()

    def wait(self) -> None:
        self._ended.wait()
