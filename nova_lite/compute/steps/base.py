"""What a step owes, and how a list of steps is run and undone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from nova_lite.compute.job import Interrupted, Job

LOG = logging.getLogger(__name__)


class Step(Protocol):
    """A named piece of an operation.

    ``run`` MUST be idempotent: after a crash it is run again, on whatever the first run left. ``undo`` MUST be safe
    without its ``run``, and after half of it. ``task_state`` of the instance is not a step's business.
    """

    name: str

    def run(self, job: Job) -> Job:
        """Do it, and give the job to the next step with what was made."""
        ...

    def undo(self, job: Job) -> None:
        """Leave nothing of it."""
        ...


# Runs one step, in whatever surroundings its runner gives it.
Attempt = Callable[[Step, Job], Job]


def run_steps(steps: Sequence[Step], job: Job, attempt: Attempt) -> Job:
    """Run steps in order; what ``attempt`` raises, for a step or between two of them, ends it."""
    for step in steps:
        job = attempt(step, job)
    return job


def undo_steps(steps: Sequence[Step], job: Job, undo: Callable[[Step], None]) -> bool:
    """Undo steps, last first, those not run included. One that cannot be undone is logged and does not keep the
    others; False then: something may be left. Raises Interrupted.

    :param undo: undoes one of them.
    """
    undone = True
    for step in reversed(steps):
        try:
            undo(step)
        except Interrupted:
            raise
        except Exception:
            LOG.exception("undoing step %s of %s failed", step.name, job.instance.uuid)
            undone = False
    return undone
