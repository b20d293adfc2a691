"""Journal: what came again, was begun on this host and has not ended (docs/adr/0023)."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from pathlib import Path

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.rpc.errors import Poisonous

LOG = logging.getLogger(__name__)

MOST = 10_000  # notes that a new process keeps, the newest; each is a file of a few bytes


class Journal:
    """A message, or other work, that kills its process is given to the next one; what is noted here outlives both.

    What was in work beside it comes again as well. So who was begun once without an end is a suspect, no more, and
    suspects are to be done one at a time: only a death in that time counts.

    A note is a file in a directory, which the processes of one service on one host share: empty of a suspect, with a
    byte for each death that counts. The directory outlives a process, which is all that is asked of it: nothing waits
    for the disk. A journal that cannot be written keeps nothing from being executed.
    """

    def __init__(self, directory: Path | None, limit: int, lifetime: float, clock: Clock) -> None:
        """:param directory: None: nothing is noted, and nothing is refused.
        :param limit: deaths that count, after which nothing is begun again.
        :param lifetime: seconds after which nothing can come again.
        """
        self._directory, self._limit, self._lifetime, self._clock = directory, limit, lifetime, clock
        self._lock = concurrency.lock()
        self._mine: dict[Path, int | None] = {}  # begun by this process and not ended; deaths before that
        self._closed = False

    def open(self) -> None:
        """Make the directory, and forget what cannot come again."""
        if self._directory is None:
            return
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep(self._directory)
        except OSError as error:
            LOG.warning("what kills its process is not counted: %s", error)

    def suspects(self, name: str) -> bool:
        """True when it was begun here and has not ended: it must wait until no other suspect is in work."""
        return self._directory is not None and _deaths(self._directory / _file(name)) is not None

    def begin(self, name: str) -> Path | None:
        """The note of what came again and is begun now, for :meth:`end`.

        :raises Poisonous: it has ended too many processes.
        """
        if self._directory is None:
            return None
        note = self._directory / _file(name)
        deaths = _deaths(note)
        if deaths is not None and deaths >= self._limit:
            raise Poisonous(f"{name} was begun alone {deaths} times, and no process has lived to end it")
        with self._lock:
            if self._closed:
                return None
            try:
                with note.open("ab") as file:
                    file.write(b"" if deaths is None else b".")
            except OSError as error:
                LOG.warning("%s may kill its process uncounted: %s", name, error)
                return None
            self._mine[note] = deaths
        return note

    def end(self, note: Path | None) -> None:
        """This process has survived it."""
        if note is not None:
            with self._lock:
                self._mine.pop(note, None)
            _remove(note)

    def close(self) -> None:
        """This process is asked to end: that it leaves what it has begun says nothing against that."""
        with self._lock:
            self._closed = True
            mine, self._mine = self._mine, {}
        for note, deaths in mine.items():
            if deaths is None:
                _remove(note)
            else:
                with contextlib.suppress(OSError):
                    os.truncate(note, deaths)

    def _sweep(self, directory: Path) -> None:
        newest = sorted(((_changed(note), note) for note in directory.iterdir()), reverse=True)
        oldest = self._clock.now() - self._lifetime
        for at, (changed, note) in enumerate(newest):
            if changed < oldest or at >= MOST:
                _remove(note)


def _file(name: str) -> str:
    """The name of its file: others choose the name of a message."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _deaths(note: Path) -> int | None:
    """How many count; None when it is no suspect."""
    try:
        return note.stat().st_size
    except OSError:
        return None


def _changed(note: Path) -> float:
    try:
        return note.stat().st_mtime
    except OSError:
        return 0.0


def _remove(note: Path) -> None:
    with contextlib.suppress(OSError):
        note.unlink()
