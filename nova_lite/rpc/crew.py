"""Crew: a bounded number of worker tasks, made when they are needed and kept."""

from __future__ import annotations

from collections.abc import Callable

from nova_lite.core import concurrency


class Crew:
    """At most ``size`` tasks do the work that is submitted, in the order in which it is submitted.

    The queue before them is unbounded: whoever submits bounds it (``unfinished``).
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._jobs: concurrency.Queue[Callable[[], None] | None] = concurrency.queue()
        self._lock = concurrency.lock()
        self._hands = 0
        self._unfinished = 0
        self._idle = concurrency.event()
        self._idle.set()

    def submit(self, job: Callable[[], None]) -> None:
        """Never blocks. ``job`` must not raise."""
        with self._lock:
            self._unfinished += 1
            self._idle.clear()
            hire = self._unfinished > self._hands and self._hands < self._size
            self._hands += hire
        if hire:
            concurrency.spawn(self._work)
        self._jobs.put(job)

    @property
    def unfinished(self) -> int:
        """Jobs that were submitted and have not returned."""
        return self._unfinished

    def drain(self, timeout: float) -> bool:
        """Wait until nothing is unfinished; False when ``timeout`` seconds passed first."""
        return self._idle.wait(timeout)

    def dismiss(self) -> None:
        """Let the workers go, each after its current job."""
        for _ in range(self._hands):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            finally:
                with self._lock:
                    self._unfinished -= 1
                    if self._unfinished == 0:
                        self._idle.set()
