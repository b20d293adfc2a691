"""The executor: which operations run on this host now, one at a time per instance, a bounded number in all."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Callable, Iterator

from nova_lite.compute.guard import Guard
from nova_lite.compute.job import Cancelled, Interrupted, Job
from nova_lite.compute.reporter import Reporter
from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import DeadlineExceeded, NotFound
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.errors import Superseded
from nova_lite.objects.operation import Operation
from nova_lite.objects.states import Action

LOG = logging.getLogger(__name__)


@dataclasses.dataclass
class _Turn:
    """The instance's turn: its lock, how many wait for it, and whether what runs has been called off."""

    lock: concurrency.Lock
    waiting: int = 0
    called_off: bool = False


class Executor:
    """A part of the compute service. Work that stops with the daemon is resumed when it starts again."""

    def __init__(
        self, guard: Guard, reporter: Reporter, size: int, settled: Callable[[str], None] = lambda uuid: None
    ) -> None:
        """``settled`` is told the uuid of an instance when nothing runs on it any more."""
        self._guard, self._reporter, self._settled = guard, reporter, settled
        self._pool = concurrency.pool(size)
        self._turns: dict[str, _Turn] = {}
        self._begun: dict[str, int] = {}  # epochs by operation
        self._called_off: set[str] = set()
        self._stopping = False
        self._ended = concurrency.event()

    def busy(self, instance_uuid: str) -> bool:
        """True while an operation on the instance runs or waits here."""
        return instance_uuid in self._turns

    @property
    def running(self) -> dict[str, int]:
        """Epochs of the operations that are begun here, by id."""
        return dict(self._begun)

    def call_off(self, operation_id: str) -> None:
        """An operation is not ours any more: it stops at its next step and is undone."""
        self._called_off.add(operation_id)

    def submit(self, context: RequestContext, operation: Operation) -> None:
        """Begin an operation at the conductor and run it; returns once it is begun.

        A message that came too late, twice, or for what a delete has overtaken is dropped here, with a line in the log.
        Errors of the bus reach the caller: the operation stays queued and is cast again.
        """
        if self._stopping or operation.id in self._begun:
            return
        self._begun[operation.id] = operation.epoch
        try:
            grant = self._reporter.begin(context, operation.id, operation.epoch)
        except (Superseded, NotFound, DeadlineExceeded) as error:
            LOG.info("%s of %s not begun: %s", operation.action, operation.instance_uuid, error)
            del self._begun[operation.id]
            return
        except BaseException:
            del self._begun[operation.id]
            raise
        self.run(context, grant)

    def run(self, context: RequestContext, grant: ClaimGrant) -> None:
        """Run an operation that is begun: its instance's turn comes when what runs on it has ended."""
        uuid = grant.instance.uuid
        self._begun[grant.operation.id] = grant.operation.epoch
        turn = self._turns.setdefault(uuid, _Turn(concurrency.lock()))
        turn.waiting += 1
        if grant.operation.action is Action.DELETE:
            turn.called_off = True  # a delete always wins: what runs stops at its next step
        # The message's own deadline was for its delivery; the work has the operation's.
        context = dataclasses.replace(context, deadline=grant.operation.deadline)
        self._pool.spawn(self._work, Job(context, grant.instance, grant.operation), turn)

    def _work(self, job: Job, turn: _Turn) -> None:
        with self._my_turn(job, turn):
            self._guard.run(job, lambda: self._check(job, turn))

    def _check(self, job: Job, turn: _Turn) -> None:
        operation = job.operation
        if turn.called_off and operation.action is not Action.DELETE:
            raise Cancelled(f"{operation.action} of {job.instance.uuid} was overtaken by a delete")
        if operation.id in self._called_off:
            raise Cancelled(f"{operation.action} of {job.instance.uuid} is not this host's any more")
        if self._stopping:
            raise Interrupted

    @contextlib.contextmanager
    def _my_turn(self, job: Job, turn: _Turn) -> Iterator[None]:
        uuid = job.instance.uuid
        try:
            with turn.lock:
                yield
        except Exception:
            LOG.exception("%s of %s ended without a result", job.operation.action, uuid)
        finally:
            self._begun.pop(job.operation.id, None)
            self._called_off.discard(job.operation.id)
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[uuid]
                self._settled(uuid)

    # -- part of a service

    def setup(self) -> None:
        """Nothing to prepare."""

    def start(self) -> None:
        """Works when it is given work."""

    def stop(self, grace: float) -> None:
        """Let running operations end; what has not ended then goes on after the next start."""
        if not self._pool.wait(grace):
            LOG.warning("stopping with operations unfinished: %s", ", ".join(self.running))
        self._stopping = True
        self._ended.set()

    def kill(self) -> None:
        self._stopping = True
        self._ended.set()

    def wait(self) -> None:
        self._ended.wait()
