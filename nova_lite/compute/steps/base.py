"""What a step owes, and how a list of steps is run and undone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
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


Recording = Callable[[Step, Job], AbstractContextManager[None]]


def run_steps(steps: Sequence[Step], job: Job, recording: Recording) -> Job:
    """Run steps in order; when one fails, undo it and those before it, last first, and raise its error.

    :raises Interrupted: from ``recording``, between two steps: then nothing is undone.
    """
    begun: list[Step] = []
    try:
        for step in steps:
            with recording(step, job):
                begun.append(step)
                job = step.run(job)
    except Interrupted:
        raise
    except BaseException:
        undo_steps(begun, job)
        raise
    return job


def undo_steps(steps: Sequence[Step], job: Job) -> None:
    """Undo steps, last first. One that cannot be undone is logged and does not keep the others."""
    for step in reversed(steps):
        try:
            step.undo(job)
        except Exception:
            LOG.exception("undoing step %s of %s failed", step.name, job.instance.uuid)
