"""The guard around every operation: begins it, times its steps, turns what goes wrong into a fault, reports the end.

The one place in compute that catches every exception, because an operation must end in words whatever happens.
"""

from __future__ import annotations

import dataclasses
import logging
import traceback
from collections.abc import Callable, Mapping
from typing import TypeVar

from nova_lite.compute.job import Cancelled, Interrupted, Job
from nova_lite.compute.operations.base import LifecycleOperation
from nova_lite.compute.reporter import Reporter
from nova_lite.compute.steps.base import Attempt, Step, run_steps, undo_steps
from nova_lite.compute.steps.wrapped import Announced, Dispensable, Irrevocable, left_to_do
from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.errors import NovaLiteError, Unavailable
from nova_lite.objects.errors import Superseded
from nova_lite.objects.fault import Fault
from nova_lite.objects.operation import OperationEvent, OperationResult
from nova_lite.objects.power import vm_state_after
from nova_lite.objects.states import RUINOUS, Action, Leg, PowerState, VmState
from nova_lite.virt.driver import DomainNotFound, HypervisorUnavailable, ImageUnacceptable, VirtDriver

T = TypeVar("T")

LOG = logging.getLogger(__name__)

# Seconds for which a step is tried again while what it needs cannot be reached: a restart, where machines are busy.
PATIENCE = 60.0
PAUSE, LONGEST_PAUSE = 0.25, 4.0  # seconds between two tries

PLACING = frozenset({Action.CREATE, Action.UNSHELVE, Action.EVACUATE, Leg.ARRIVE})
"""What makes a guest begin on this host."""

WITH_PASSWORD = frozenset({Action.CREATE, Action.REBUILD, Action.RESCUE, Action.EVACUATE})
"""What gives the guest a password, on its config drive."""


@dataclasses.dataclass(frozen=True)
class Ending:
    """The power state that the conductor was told with an end, None where it was not; and why it is no good one."""

    power_state: PowerState | None = None
    error: Exception | None = None


class Guard:
    """Runs jobs of this host."""

    def __init__(
        self, host: str, operations: Mapping[Action | Leg, LifecycleOperation], driver: VirtDriver, reporter: Reporter,
        clock: Clock,
    ) -> None:
        self._host, self._operations, self._driver = host, operations, driver
        self._reporter, self._clock = reporter, clock

    def run(self, job: Job, check: Callable[[str], None]) -> Ending:
        """Carry out a begun operation and report its end.

        ``check`` is called with the name of each step before it and may raise Cancelled (what was done is undone and
        reported) or Interrupted (it stays, and nothing is reported: the operation is resumed at the next start).
        """
        operation = self._operations[job.operation.work]
        started = self._clock.now()
        error: Exception | None = None
        try:
            steps = left_to_do(tuple(operation.steps()), job.operation.step)
            job = run_steps(steps, job, self._attempt(check))
        except Interrupted:
            return _left(job)
        except Exception as caught:  # noqa: BLE001 - the guard's whole point
            error = caught
            self._log(job, caught)
        try:
            undone = error is None or self._undo(job, operation)
            return self._finish(job, operation, _End(error, started, undone))
        except Interrupted:
            return _left(job)

    def give_up(self, job: Job, error: NovaLiteError) -> Ending:
        """Report the failure of a begun operation that is not even tried; nothing is undone."""
        self._log(job, error)
        try:
            return self._finish(
                job, self._operations[job.operation.work], _End(error, self._clock.now(), undone=False)
            )
        except Interrupted:
            return _left(job)

    def _attempt(self, check: Callable[[str], None]) -> Attempt:
        def attempt(step: Step, job: Job) -> Job:
            check(step.name)
            self._refuse_if_late(step, job)
            if isinstance(step, Announced):
                self._reporter.note(job.operation, step.name)
            begun = self._clock.now()
            LOG.info("%s %s: %s", job.operation.action, job.instance.uuid, step.name, extra=_request(job))
            try:
                # A hypervisor or an image service that restarts is no reason for an operation to fail.
                until = min(begun + PATIENCE, job.operation.deadline)
                done = self._insist(_Patience(step, job, until, check), lambda: step.run(job))
            except Unavailable as error:
                if isinstance(step, Dispensable):
                    return step.given_up(job, error)
                raise
            LOG.debug("%s took %.3f s", step.name, self._clock.now() - begun, extra=_request(job))
            return done

        return attempt

    def _undo(self, job: Job, operation: LifecycleOperation) -> bool:
        """Take back what was done; False: something may be left. Raises Interrupted.

        A hypervisor that restarts is waited for here, too: a guest that stays is in the way of the next one. Images
        that stay are found by their records.
        """
        until = self._clock.now() + PATIENCE  # for all steps together

        def undo(step: Step) -> None:
            patience = _Patience(step, job, until, self._interrupt, HypervisorUnavailable)
            self._insist(patience, lambda: step.undo(job))

        return undo_steps(operation.steps(), job, undo)

    def _interrupt(self, step: str) -> None:
        if self._reporter.stopping:
            raise Interrupted

    def _insist(self, patience: _Patience, act: Callable[[], T]) -> T:
        step, job, pause = patience.step, patience.job, PAUSE
        while True:
            try:
                return act()
            except patience.on as error:
                if self._clock.now() + pause > patience.until:
                    raise
                LOG.warning("%s of %s waits %.1f s: %s", step.name, job.instance.uuid, pause, error,
                            extra=_request(job))
            concurrency.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            patience.check(step.name)

    def _refuse_if_late(self, step: Step, job: Job) -> None:
        # A host that has slept must not start what is in ERROR by then, or runs elsewhere again. Where there is no way
        # back it goes on.
        late = job.operation.deadline <= self._clock.now()
        if late and job.operation.work in PLACING and not isinstance(step, Irrevocable):
            name = f"{job.operation.action} of {job.instance.uuid}"
            raise Cancelled(f"{name} had not come to {step.name} by its deadline")

    def _log(self, job: Job, error: Exception) -> None:
        level = logging.INFO if isinstance(error, Cancelled) else logging.ERROR
        LOG.log(level, "%s of %s failed: %s", job.operation.action, job.instance.uuid, error,
                exc_info=not isinstance(error, NovaLiteError), extra=_request(job))

    def _finish(self, job: Job, operation: LifecycleOperation, end: _End) -> Ending:
        power_state = self._power_state(job, operation)
        result = OperationResult(
            operation_id=job.operation.id, epoch=job.operation.epoch, host=self._host,
            outcome="failed" if end.error else "done",
            vm_state=_vm_state(job, operation, end.error, power_state), power_state=power_state,
            fault=self._fault(end.error),
            reschedule=operation.reschedules and end.undone and _another_host_may(end.error), undone=end.undone,
            events=(self._event(operation, end), *self._unkept(job, end)),
        )
        try:
            self._reporter.finish(job, result)
        except Superseded as superseded:
            LOG.warning("%s of %s was superseded: %s", job.operation.action, job.instance.uuid, superseded,
                        extra=_request(job))
            if end.error is None:
                self._undo(job, operation)
            return Ending(error=superseded)
        return Ending(power_state, end.error)

    def _event(self, operation: LifecycleOperation, end: _End) -> OperationEvent:
        return OperationEvent(
            name=operation.event, host=self._host, started_at=end.started, finished_at=self._clock.now(),
            result="Error" if end.error else "Success", reason=str(end.error or ""), details=_trace(end.error),
        )

    def _unkept(self, job: Job, end: _End) -> list[OperationEvent]:
        """What was promised to the client and is not there, though the operation has succeeded."""
        if end.error or job.operation.action not in WITH_PASSWORD or job.config_drive is None or job.admin_pass:
            return []
        # It came with a message that got lost, or was interrupted, and is written down nowhere (docs/adr/0024).
        reason = (
            f"{job.operation.action} was interrupted, and the administrator's password was not known any more: the "
            "guest may not have it. Set one with changePassword"
        )
        return [OperationEvent(
            name="compute_admin_password", host=self._host, started_at=end.started, finished_at=self._clock.now(),
            result="Error", reason=reason,
        )]

    def _power_state(self, job: Job, operation: LifecycleOperation) -> PowerState | None:
        if operation.done is VmState.DELETED:
            return PowerState.NOSTATE
        try:
            return self._driver.power_state(job.instance.uuid)
        except DomainNotFound:
            return PowerState.NOSTATE
        except NovaLiteError as error:
            LOG.warning("power state of %s is not known: %s", job.instance.uuid, error)
            return None

    def _fault(self, error: Exception | None) -> Fault | None:
        if error is None:
            return None
        # A message of ours is written for the user; anything else may carry what only admins should see.
        ours = isinstance(error, NovaLiteError)
        message = str(error) if ours else f"{type(error).__name__} on the compute host"
        return Fault(code=500, message=message, details=_trace(error), created=self._clock.now())


@dataclasses.dataclass(frozen=True)
class _Patience:
    """How long, and after which errors, a step is tried again, and what may end that between two tries."""

    step: Step
    job: Job
    until: float
    check: Callable[[str], None]
    on: type[Unavailable] = Unavailable


@dataclasses.dataclass(frozen=True)
class _End:
    """How an operation ended: with what error, if any, and whether nothing of it is left then."""

    error: Exception | None
    started: float
    undone: bool


def _left(job: Job) -> Ending:
    what = f"{job.operation.action} of {job.instance.uuid} is left for the next start"
    LOG.info("%s", what, extra=_request(job))
    return Ending(error=Unavailable(what, instance=job.instance.uuid))


def _vm_state(
    job: Job, operation: LifecycleOperation, error: Exception | None, power_state: PowerState | None
) -> VmState | None:
    if error is None:
        state = operation.done
    elif isinstance(error, DomainNotFound) or job.operation.action in RUINOUS:
        return VmState.ERROR
    else:
        state = None
    if power_state is None:
        return state
    # The guest may have gone its own way meanwhile: nobody tells of that while an operation owns the instance.
    return vm_state_after(state or job.instance.vm_state, power_state) or state


def _another_host_may(error: Exception | None) -> bool:
    # A bad image is bad everywhere, and what was called off must not go on elsewhere.
    return error is not None and not isinstance(error, ImageUnacceptable | Cancelled)


def _trace(error: Exception | None) -> str:
    return "" if error is None else "".join(traceback.format_exception(error))


def _request(job: Job) -> dict[str, str]:
    return {"request_id": job.context.request_id}
