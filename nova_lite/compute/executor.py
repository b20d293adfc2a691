"""The executor: which operations run on this host now, one at a time per instance, a bounded number in all."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Callable, Iterator

from nova_lite.compute.guard import Ending, Guard
from nova_lite.compute.job import Cancelled, Interrupted, Job
from nova_lite.compute.reporter import Reporter
from nova_lite.compute.suspects import Deadly, Suspects
from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import DeadlineExceeded, NotFound, Unavailable
from nova_lite.objects.errors import Superseded
from nova_lite.objects.operation import Operation, Progress
from nova_lite.objects.states import Action, PowerState

LOG = logging.getLogger(__name__)

LISTENING = 60.0  # seconds for which an end is waited for


@dataclasses.dataclass
class _Turn:
    """The instance's turn: its lock, and how many hold or wait for it."""

    lock: concurrency.Lock
    waiting: int = 0


@dataclasses.dataclass
class _Running:
    """An operation that is begun here. ``called_off``: why it is to stop at its next step; empty while it is not.

    ``told``: as it was when this host was told of it. ``ending``: what became of it, once ``over`` is set; None if it
    was not even tried.
    """

    job: Job
    told: Operation
    step: str = ""
    called_off: str = ""
    ending: Ending | None = None
    over: concurrency.Event = dataclasses.field(default_factory=concurrency.event)


class Executor:
    """A part of the compute service. Closed until :meth:`open`; work that stops with the daemon is resumed at its
    next start. What waits for its turn or for a free slot is begun already, and its lease is renewed.
    """

    def __init__(
        self, guard: Guard, reporter: Reporter, suspects: Suspects, size: int,
        settled: Callable[[str, PowerState | None], None],
    ) -> None:
        """``size``: operations that run at a time. ``settled`` hears when nothing runs on an instance any more, with
        the power state that the conductor knows, None where it does not.
        """
        self._guard, self._reporter, self._suspects, self._settled = guard, reporter, suspects, settled
        self._slots: concurrency.Queue[None] = concurrency.queue()
        for _ in range(size):
            self._slots.put(None)
        self._lock = concurrency.lock()  # of the four below
        self._turns: dict[str, _Turn] = {}
        self._beginning: set[str] = set()
        self._running: dict[str, _Running] = {}
        self._closed = True
        self._idle = concurrency.event()
        self._idle.set()
        self._ended = concurrency.event()

    def open(self) -> None:
        """Take work from now on: this host is who it says it is."""
        self._closed = False

    def busy(self, instance_uuid: str) -> bool:
        """True while an operation on the instance runs or waits here."""
        return instance_uuid in self._turns

    def progress(self, at: float) -> dict[str, Progress]:
        """How far the operations are that are begun here, by id, at this time."""
        with self._lock:
            return {
                found.job.operation.id: Progress(epoch=found.job.operation.epoch, step=found.step, at=at)
                for found in self._running.values()
            }

    def call_off(self, operation_id: str, epoch: int) -> None:
        """The operation stops at its next step and is undone. One that has come back since, as another leg, goes on."""
        with self._lock:
            found = self._running.get(operation_id)
            if found is not None and found.job.operation.epoch == epoch:
                found.called_off = "is not this host's any more"

    def submit(self, context: RequestContext, operation: Operation, admin_pass: str | None = None) -> None:
        """Begin an operation at the conductor and run it; returns once it is begun.

        A message that came too late, twice, or for what a delete has overtaken is dropped here, with a line in the log.
        Errors of the bus reach the caller: the operation stays queued and is cast again.
        """
        self._submit(context, operation, admin_pass)

    def perform(self, context: RequestContext, operation: Operation, admin_pass: str) -> None:
        """The same, and wait for its end.

        :raises Unavailable: it was not begun, or it goes on without a listener. And what it ended with.
        """
        entry = self._submit(context, operation, admin_pass)
        if entry is None:
            raise Unavailable(f"{operation.action} of {operation.instance_uuid} was not begun",
                              instance=operation.instance_uuid)
        over = entry.over.wait(LISTENING)
        if not over or entry.ending is None:
            uuid = operation.instance_uuid
            raise Unavailable(f"{operation.action} of {uuid} has not ended", instance=uuid)
        if entry.ending.error is not None:
            raise entry.ending.error

    def _submit(self, context: RequestContext, operation: Operation, admin_pass: str | None) -> _Running | None:
        with self._lock:
            if self._closed or operation.id in self._beginning or operation.id in self._running:
                return None
            self._beginning.add(operation.id)
        try:
            grant = self._reporter.begin(context, operation)
            # The message's own deadline was for its delivery; the work has the operation's.
            context = dataclasses.replace(context, deadline=grant.operation.deadline)
            return self._run(_Running(Job(context, grant.instance, grant.operation, admin_pass=admin_pass), operation))
        except (Superseded, NotFound, DeadlineExceeded, Interrupted) as error:
            LOG.info("%s of %s not begun: %s", operation.action, operation.instance_uuid, error)
            return None
        finally:
            with self._lock:
                self._beginning.discard(operation.id)

    def _run(self, entry: _Running) -> _Running:
        operation, uuid = entry.job.operation, entry.job.instance.uuid
        with self._lock:
            if operation.action is Action.DELETE:
                self._overtake(uuid)
            self._running[operation.id] = entry
            self._idle.clear()
            turn = self._turns.setdefault(uuid, _Turn(concurrency.lock()))
            turn.waiting += 1
        concurrency.spawn(self._work, entry, turn)
        return entry

    def _overtake(self, instance_uuid: str) -> None:
        # A delete always wins: what runs stops at its next step. A delete itself is never called off.
        for other in self._running.values():
            if other.job.instance.uuid == instance_uuid and other.job.operation.action is not Action.DELETE:
                other.called_off = "was overtaken by a delete"

    def _work(self, entry: _Running, turn: _Turn) -> None:
        with self._my_turn(entry, turn):
            try:
                # A slot comes last: who waits until no other suspect is at work keeps nobody else from his.
                with self._suspects.watched(entry.told), self._slot():
                    if not self._closed:
                        entry.ending = self._guard.run(entry.job, lambda step: self._check(entry, step))
            except Deadly as error:
                entry.ending = self._guard.give_up(entry.job, error)

    def _check(self, entry: _Running, step: str) -> None:
        entry.step = step
        job = entry.job
        if entry.called_off:
            raise Cancelled(f"{job.operation.action} of {job.instance.uuid} {entry.called_off}")
        if self._reporter.stopping:
            raise Interrupted

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        self._slots.get()
        try:
            yield
        finally:
            self._slots.put(None)

    @contextlib.contextmanager
    def _my_turn(self, entry: _Running, turn: _Turn) -> Iterator[None]:
        job, uuid = entry.job, entry.job.instance.uuid
        try:
            with turn.lock:
                yield
        except Exception:
            LOG.exception("%s of %s ended without a result", job.operation.action, uuid)
        finally:
            with self._lock:
                self._running.pop(job.operation.id, None)
                turn.waiting -= 1
                last = not turn.waiting
                if last:
                    del self._turns[uuid]
                if not self._running:
                    self._idle.set()
            if last:
                self._settled(uuid, entry.ending.power_state if entry.ending else None)
            entry.over.set()

    # -- part of a service

    def setup(self) -> None:
        """Find out what a process before this one has died at."""
        self._suspects.open()

    def start(self) -> None:
        """Works when it is opened and given work."""

    def stop(self, grace: float) -> None:
        """Begin nothing more and let what runs end, for ``grace`` seconds; the rest goes on after the next start."""
        self._closed = True
        self._suspects.close()
        if not self._idle.is_set():
            LOG.info("up to %.0f s for %s", grace, self._waited_for())
        if not self._idle.wait(grace):
            LOG.warning("left for the next start: %s", self._waited_for())
        self.kill()

    def _waited_for(self) -> str:
        with self._lock:
            return ", ".join(
                f"{found.job.operation.action} of {found.job.instance.uuid} ({found.step or 'waiting'})"
                for found in self._running.values()
            )

    def kill(self) -> None:
        self._closed = True
        self._reporter.stop()
        self._ended.set()

    def wait(self) -> None:
        self._ended.wait()
