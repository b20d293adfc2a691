"""Lasting: a step whose work stays when a later one fails."""

from __future__ import annotations

from nova_lite.compute.job import Job
from nova_lite.compute.steps.base import Step


class Lasting:
    """Where the guest was there before the operation, taking back what a step did would take the guest away."""

    def __init__(self, step: Step) -> None:
        self.name = step.name
        self._step = step

    def run(self, job: Job) -> Job:
        return self._step.run(job)

    def undo(self, job: Job) -> None:
        """It stays."""
