"""Announced: a step of which the conductor is told before it begins, and not only with the next lease."""

from __future__ import annotations

from nova_lite.compute.job import Job
from nova_lite.compute.steps.base import Step


class Announced:
    """Does what ``step`` does. It costs a message: for long steps that have a task state of their own."""

    def __init__(self, step: Step) -> None:
        self.name = step.name
        self._step = step

    def run(self, job: Job) -> Job:
        return self._step.run(job)

    def undo(self, job: Job) -> None:
        self._step.undo(job)
