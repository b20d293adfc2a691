"""Crew: a bounded number of worker tasks, made when they are needed and kept; and its lane for one job at a time."""

from __future__ import annotations

import collections
from collections.abc import Callable

from nova_lite.core import concurrency

Job = Callable[[], None]


class Hand:
    """One worker. It rests until it is called with a job, or with None: then it goes."""

    __slots__ = ("called", "job")

    def __init__(self, job: Job) -> None:
        self.job: Job | None = job
        self.called = concurrency.event()

    def call(self, job: Job | None) -> None:
        self.job = job
        self.called.set()


class Crew:
    """At most ``size`` tasks do the work that is submitted, in the order in which it is submitted.

    The queue before them is unbounded: whoever submits bounds it (``unfinished``). Each job is handed to the very
    worker that does it: one switch of tasks instead of two.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = concurrency.lock()
        self._backlog: collections.deque[Job] = collections.deque()
        self._resting: list[Hand] = []
        self._hands = 0
        self._unfinished = 0
        self._dismissed = False
        self._drained: concurrency.Event | None = None

    def submit(self, job: Job) -> None:
        """Never blocks. ``job`` must not raise."""
        hand: Hand | None = None
        with self._lock:
            self._unfinished += 1
            if self._resting:
                hand = self._resting.pop()
            elif self._hands == self._size:
                self._backlog.append(job)
                return
            else:
                self._hands += 1
        if hand is None:
            concurrency.spawn(self._work, Hand(job))
        else:
            hand.call(job)

    @property
    def unfinished(self) -> int:
        """Jobs that were submitted and have not returned."""
        return self._unfinished

    def drain(self, timeout: float) -> bool:
        """Wait until nothing is unfinished; False when ``timeout`` seconds passed first."""
        with self._lock:
            if self._unfinished == 0:
                return True
            drained = self._drained = self._drained or concurrency.event()
        return drained.wait(timeout)

    def dismiss(self) -> None:
        """Let the workers go, each after its current job."""
        with self._lock:
            self._dismissed = True
            resting, self._resting = self._resting, []
        for hand in resting:
            hand.call(None)

    def _work(self, hand: Hand) -> None:
        while hand.job is not None:
            try:
                hand.job()
            finally:
                again = self._done(hand)
            if not again:
                hand.called.wait()

    def _done(self, hand: Hand) -> bool:
        """Whether the worker has its next job already."""
        with self._lock:
            self._unfinished -= 1
            if self._unfinished == 0 and self._drained is not None:
                self._drained.set()
                self._drained = None
            if self._backlog:
                hand.job = self._backlog.popleft()
                return True
            if self._dismissed:
                self._hands -= 1
                hand.job = None
                return True
            hand.called.clear()
            self._resting.append(hand)
            return False


class Lane:
    """Jobs that one worker of a crew does one after another: never two of them at the same time."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._lock = concurrency.lock()
        self._backlog: collections.deque[Job] = collections.deque()
        self._busy = False

    def submit(self, job: Job) -> None:
        """Never blocks. ``job`` must not raise."""
        with self._lock:
            self._backlog.append(job)
            if self._busy:
                return
            self._busy = True
        self._crew.submit(self._work)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            job()

    def _next(self) -> Job | None:
        with self._lock:
            self._busy = bool(self._backlog)
            return self._backlog.popleft() if self._backlog else None
