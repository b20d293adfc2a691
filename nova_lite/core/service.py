"""The life of a service: setup, start, stop, kill, wait, in an order that is written down here.

* ``setup`` in the order given: connections are made, sockets are bound; nothing is served yet.
* ``start`` in the order given: work is taken.
* ``stop`` in reverse: no new work first, then what runs is finished within the grace, then connections close.
* ``kill`` at once, whatever runs.
* ``wait`` blocks until a part ends by itself. Parts are meant to live as long as the service, so that is a failure
  and raises: a service with a dead consumer must not look alive.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.errors import NovaLiteError

LOG = logging.getLogger(__name__)

RETRY = 1.0  # seconds after which a failed turn of a periodic task is tried again, if its interval is longer


class Part(Protocol):
    """Something that lives as long as its service: an RPC server, a WSGI server, periodic tasks, a driver."""

    def setup(self) -> None: ...
    def start(self) -> None: ...
    def stop(self, grace: float) -> object: ...
    def kill(self) -> None: ...
    def wait(self) -> None:
        """Return after stop or kill; raise what made the part end by itself."""
        ...


class PartDied(RuntimeError):
    """A part of a running service has ended by itself."""


class Service:
    """An ordered set of parts. Not reusable: it is set up, started and stopped once."""

    def __init__(self, name: str, parts: Sequence[Part]) -> None:
        self.name = name
        self._parts = list(parts)
        self._stopping = False
        self._ended = concurrency.event()
        self._failure: BaseException | None = None

    @property
    def failure(self) -> BaseException | None:
        """What made the service end by itself, if anything did."""
        return self._failure

    def start(self) -> None:
        """Set up and start every part; what was set up is stopped again when one of them fails."""
        ready: list[Part] = []
        try:
            for part in self._parts:
                part.setup()
                ready.append(part)
            for part in self._parts:
                part.start()
        except BaseException:
            for part in reversed(ready):
                part.kill()
            raise
        for part in self._parts:
            concurrency.spawn(self._watch, part)

    def _watch(self, part: Part) -> None:
        try:
            part.wait()
            failure: BaseException = PartDied(f"{type(part).__name__} of {self.name} ended by itself")
        except BaseException as error:  # noqa: BLE001 - reported by whoever runs the service
            failure = error
        if not self._stopping and self._failure is None:
            self._failure = failure
            self._ended.set()

    def stop(self, grace: float) -> None:
        """Stop every part in reverse order, ``grace`` seconds for each to finish what runs."""
        self._stopping = True
        for part in reversed(self._parts):
            try:
                part.stop(grace)
            except Exception:
                LOG.exception("%s: stopping %s failed", self.name, type(part).__name__)
        self._ended.set()

    def kill(self) -> None:
        """End every part at once."""
        self._stopping = True
        for part in reversed(self._parts):
            part.kill()
        self._ended.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the service has ended; False when ``timeout`` seconds passed first."""
        return self._ended.wait(timeout)


class PeriodicTasks:
    """A part that runs functions at intervals. Turns never overlap; a failed one is logged and soon tried again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: list[tuple[str, float, Callable[[], object], bool]] = []
        self._tasks: list[concurrency.Task[None]] = []
        self._stop = concurrency.event()

    def add(self, name: str, interval: float, function: Callable[[], object], at_start: bool = False) -> None:
        """Run ``function`` every ``interval`` seconds, the first time after one interval or right ``at_start``."""
        self._jobs.append((name, interval, function, at_start))

    def setup(self) -> None:
        """Nothing to prepare."""

    def start(self) -> None:
        self._tasks = [concurrency.spawn(self._loop, *job) for job in self._jobs]

    def _loop(self, name: str, interval: float, function: Callable[[], object], at_start: bool) -> None:
        due = self._clock.monotonic() + (0.0 if at_start else interval)
        while not self._stop.wait(max(0.0, due - self._clock.monotonic())):
            pause = interval if self._turn(name, function) else min(interval, RETRY)
            # A late turn moves the following ones: nothing is run twice to catch up.
            due = max(due + pause, self._clock.monotonic())

    def _turn(self, name: str, function: Callable[[], object]) -> bool:
        try:
            function()
        except NovaLiteError as error:
            LOG.warning("periodic task %s: %s", name, error)
            return False
        except Exception:
            LOG.exception("periodic task %s failed", name)
            return False
        return True

    def stop(self, grace: float) -> None:
        self._stop.set()
        for task in self._tasks:
            try:
                task.wait(grace)
            except TimeoutError:
                task.kill()

    def kill(self) -> None:
        self._stop.set()
        for task in self._tasks:
            task.kill()

    def wait(self) -> None:
        self._stop.wait()
        for task in self._tasks:
            task.wait()


class Closing:
    """A part around something that only needs to be opened and closed."""

    def __init__(self, close: Callable[[], None], setup: Callable[[], None] | None = None) -> None:
        self._close, self._open = close, setup
        self._closed = concurrency.event()

    def setup(self) -> None:
        if self._open is not None:
            self._open()

    def start(self) -> None:
        """Open already."""

    def stop(self, grace: float) -> None:
        self._close()
        self._closed.set()

    def kill(self) -> None:
        self.stop(0.0)

    def wait(self) -> None:
        self._closed.wait()
