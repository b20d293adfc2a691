"""Irrevocable: a step after whose beginning those before it cannot be run again."""

from __future__ import annotations

from nova_lite.compute.steps.announced import Announced
from nova_lite.compute.steps.base import Step


class Irrevocable(Announced):
    """The conductor is told before ``step`` begins, and a resumed operation goes on from it.

    For steps that take away what an earlier one needs, and for no others.
    """


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
