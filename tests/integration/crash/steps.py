"""The matrix's rows, out of the declared steps of the operations: a new action or step is covered, or fails here."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from nova_lite.compute import operations
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.core.context import RequestContext
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import Action
from nova_lite.virt.driver import VirtDriver
from nova_lite.virt.fake import FakeDriver, FakeSettings

# Steps without a driver's method, hence without gates of their own: the gate before the next step stands after them.
BETWEEN = frozenset({"fetch_image"})


@dataclasses.dataclass(frozen=True)
class Row:
    """An action at one of its steps."""

    action: Action
    step: str


class _NoImages:
    def fetch(self, context: RequestContext, meta: ImageMeta) -> Path:
        raise NotImplementedError


def _no_drive(instance: Instance) -> Path:
    raise NotImplementedError


def declared() -> dict[Action, tuple[str, ...]]:
    """The names of the steps of every action."""
    driver: VirtDriver = FakeDriver(FakeSettings())
    table = operations.table(driver, FetchImage(_NoImages()), CreateDisks(driver, _no_drive, True))
    return {action: tuple(step.name for step in operation.steps()) for action, operation in table.items()}


def rows() -> list[Row]:
    """Every step of every action that has gates."""
    return [Row(action, step) for action, steps in declared().items() for step in steps if step not in BETWEEN]
