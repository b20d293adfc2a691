"""PowerStep: one power action of the hypervisor on the instance's domain."""

from __future__ import annotations

from collections.abc import Callable

from nova_lite.compute.job import Job


class PowerStep:
    """``act`` gets the job and does the one thing that ``name`` says."""

    def __init__(self, name: str, act: Callable[[Job], None]) -> None:
        self.name = name
        self._act = act

    def run(self, job: Job) -> Job:
        self._act(job)
        return job

    def undo(self, job: Job) -> None:
        """The guest stays as the hypervisor has it; the result tells the true power state."""
