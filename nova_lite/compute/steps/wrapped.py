"""Steps that do what another step does, and are something besides."""

from __future__ import annotations

import logging

from nova_lite.compute.job import Job
from nova_lite.compute.steps.base import Step
from nova_lite.core.errors import NovaLiteError, Unavailable

LOG = logging.getLogger(__name__)


class Wrapped:
    """Does what ``step`` does."""

    def __init__(self, step: Step) -> None:
        self.name = step.name
        self._step = step

    def run(self, job: Job) -> Job:
        return self._step.run(job)

    def undo(self, job: Job) -> None:
        self._step.undo(job)


class Lasting(Wrapped):
    """Its work stays when a later step fails.

    Where the guest was there before the operation, taking back what a step did would take the guest away.
    """

    def undo(self, job: Job) -> None:
        """It stays."""


class Announced(Wrapped):
    """The conductor is told of it before it begins, and not only with the next lease.

    It costs a message: for long steps that have a task state of their own.
    """


class Irrevocable(Announced):
    """After its beginning those before it cannot be run again: a resumed operation goes on from it.

    For steps that take away what an earlier one needs, and for no others.
    """


class Dispensable(Wrapped):
    """Not worth failing for: what the operation is about is done without it.

    It is tried again as any other, and then given up.
    """

    def run(self, job: Job) -> Job:
        try:
            return super().run(job)
        except Unavailable:
            raise
        except NovaLiteError as error:
            return self.given_up(job, error)

    def given_up(self, job: Job, error: NovaLiteError) -> Job:
        """What becomes of the job when it cannot be done."""
        LOG.warning("%s of %s is given up: %s", self.name, job.instance.uuid, error)
        return job


class Afterwards(Dispensable, Irrevocable):
    """The last step of an operation that is over by then."""


def left_to_do(steps: tuple[Step, ...], reached: str) -> tuple[Step, ...]:
    """What an operation has before it whose last step on record is ``reached``: all steps, since every one may be
    repeated, or those from the last one on from which there was no way back.
    """
    names = [step.name for step in steps]
    behind = names.index(reached) + 1 if reached in names else 0
    for index in reversed(range(behind)):
        if isinstance(steps[index], Irrevocable):
            return steps[index:]
    return steps
