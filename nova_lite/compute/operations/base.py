"""What an operation on a compute host owes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from nova_lite.compute.steps.base import Step
from nova_lite.objects.states import VmState


@dataclasses.dataclass(frozen=True)
class StepList:
    """An operation that is nothing but its steps; see :class:`LifecycleOperation`."""

    event: str
    done: VmState | None
    listed: tuple[Step, ...]
    reschedules: bool = False

    def steps(self) -> Sequence[Step]:
        return self.listed


class LifecycleOperation(Protocol):
    """An action on an instance."""

    @property
    def event(self) -> str:
        """The name under which instance actions show it, Nova's where Nova has one."""
        ...

    @property
    def done(self) -> VmState | None:
        """The state that success leaves; None: as it was."""
        ...

    @property
    def reschedules(self) -> bool:
        """Whether another host may try after a failure."""
        ...

    def steps(self) -> Sequence[Step]:
        """The steps in order."""
        ...
