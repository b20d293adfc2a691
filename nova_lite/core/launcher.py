"""Running a service as a process: signals, workers, the pid file, the service manager's watchdog.

A service runs either in this process or in several forked workers under a parent that does nothing but restart what
dies. The first SIGTERM or SIGINT stops gracefully: no new work, running work is finished within the
grace; a second one ends at once.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from nova_lite.core import concurrency, memory, readiness
from nova_lite.core.service import Service

LOG = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1  # man 2 prctl
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
RESTART_DELAY = 0.2  # seconds before a dead worker is replaced; grows while it keeps dying at once
MAX_RESTART_DELAY = 2.0
HEALTHY_AGE = 5.0  # seconds a worker must have lived for its death not to count as dying at once


def run(service: Service, grace: float = 30.0) -> int:
    """Run a service in this process until a signal or its own failure ends it; the exit status."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    received: list[int] = []

    def on_signal(number: int, _frame: object) -> None:
        received.append(number)
        if len(received) > 1:
            os._exit(128 + number)

    # The interpreter itself writes to the pipe: under eventlet a handler runs inside the event loop and may not.
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in STOP_SIGNALS:
        signal.signal(number, on_signal)
    try:
        service.start()
    except Exception as error:
        LOG.exception("%s could not start: %s", service.name, error)
        return 1
    readiness.notify(f"READY=1\nSTATUS={service.name} is running")
    LOG.info("%s is running", service.name)
    concurrency.spawn(_wake_on_end, service, writer)
    interval = readiness.watchdog_interval()
    while not concurrency.wait_readable(reader, interval):
        readiness.notify("WATCHDOG=1")
    return _end(service, grace, bool(received))


def _wake_on_end(service: Service, writer: int) -> None:
    service.wait()
    os.write(writer, b"!")


def _end(service: Service, grace: float, asked: bool) -> int:
    readiness.notify("STOPPING=1")
    if asked:
        LOG.info("%s is stopping: up to %.0f s for what runs", service.name, grace)
    else:
        LOG.critical("%s died: %r", service.name, service.failure, exc_info=service.failure)
    task = concurrency.spawn(service.stop, grace)
    try:
        task.wait(grace + 5.0)
    except TimeoutError:
        LOG.warning("%s did not stop within %.0f s; ending it", service.name, grace)
    LOG.info("%s has ended", service.name)
    return 0 if asked else 1


class Workers:
    """A parent of forked workers, or, of one only, that worker itself. ``build`` makes a service and starts nothing.

    It is called in each child, and first of all in the parent, where the service is thrown away: what building loads
    and works out is then in memory that all share, and what cannot be built ends here with its error. A worker that
    dies is replaced.
    """

    def __init__(self, name: str, count: int, build: Callable[[], Service], grace: float = 30.0) -> None:
        self._name, self._count, self._build, self._grace = name, count, build, grace
        self._children: dict[int, float] = {}
        self._stopping_since: float | None = None
        self._delay = RESTART_DELAY

    def run(self) -> int:
        """Keep ``count`` workers alive until a signal ends all of them; the exit status."""
        if self._count == 1:
            return run(self._build(), self._grace)
        self._build()
        watched = {*STOP_SIGNALS, signal.SIGCHLD}
        # Blocked and fetched by sigtimedwait: the parent stays free of handlers, tasks and an event loop.
        signal.pthread_sigmask(signal.SIG_BLOCK, watched)
        memory.freeze()
        for _ in range(self._count):
            self._fork()
        readiness.notify(f"READY=1\nSTATUS={self._name} runs {self._count} workers")
        interval = readiness.watchdog_interval() or 3600.0
        while self._children:
            info = signal.sigtimedwait(watched, 0.2 if self._stopping_since else interval)
            readiness.notify("WATCHDOG=1")
            if info is not None and info.si_signo in STOP_SIGNALS:
                self._stop()
            self._reap()
            if self._stopping_since and time.monotonic() - self._stopping_since > self._grace + 10.0:
                self._signal(signal.SIGKILL)
        return 0

    def _fork(self) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self._children[pid] = time.monotonic()
            return
        status = 1
        try:
            self._become_worker(parent)
            status = run(self._build(), self._grace)
        except BaseException:
            LOG.exception("worker of %s failed", self._name)
        finally:
            logging.shutdown()
            os._exit(status)

    def _become_worker(self, parent: int) -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {*STOP_SIGNALS, signal.SIGCHLD})
        # A worker outlives its parent no longer than it takes to stop: the next parent needs the port.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        for variable in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
            os.environ.pop(variable, None)  # the parent speaks for all
        concurrency.after_fork()

    def _stop(self) -> None:
        if self._stopping_since is not None:
            self._signal(signal.SIGKILL)
            return
        self._stopping_since = time.monotonic()
        readiness.notify("STOPPING=1")
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        for pid in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _reap(self) -> None:
        for pid in list(self._children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            age = time.monotonic() - self._children.pop(pid)
            if self._stopping_since is not None:
                continue
            self._delay = RESTART_DELAY if age > HEALTHY_AGE else min(self._delay * 2, MAX_RESTART_DELAY)
            LOG.error("worker %d of %s ended with status %d after %.1f s; replacing it", pid, self._name, status, age)
            pause(self._delay)
            self._fork()


def pause(seconds: float) -> None:
    """Sleep in a parent of workers, which has no event loop: under eventlet time.sleep would start one."""
    signal.sigtimedwait(set(), seconds)


def write_pid_file(path: str) -> None:
    """Write this process's id to ``path`` and remove the file at the end."""
    if not path:
        return
    Path(path).write_text(f"{os.getpid()}\n")
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            Path(path).unlink(missing_ok=True)

    atexit.register(remove)


def refuse(message: str) -> int:
    """Say on standard error why a program cannot go on, and give the status for wrong usage."""
    print(message, file=sys.stderr)
    return 2
