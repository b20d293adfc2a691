"""Job: an operation in progress on this host."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation
from nova_lite.virt.driver import GuestSpec


class Cancelled(Conflict):
    """The operation was called off between two steps: its instance is being deleted, it is another host's now,
    or a guest would begin after its time.
    """

    code = "compute.cancelled"


class Interrupted(Exception):
    """The daemon stops between two steps. What was done stays as it is: the next start goes on from there."""


@dataclasses.dataclass(frozen=True)
class Job:
    """What the steps of an operation work on and hand from one to the next.

    ``image_path`` and ``config_drive`` are filled in by the steps that make them. ``admin_pass`` came with the message:
    it is not on record, and what is resumed has none.
    """

    context: RequestContext
    instance: Instance
    operation: Operation
    image_path: Path | None = None
    config_drive: Path | None = None
    admin_pass: str | None = dataclasses.field(default=None, repr=False)

    @property
    def guest(self) -> GuestSpec:
        """What the driver needs to spawn."""
        return GuestSpec(instance=self.instance, image_path=self.image_path, config_drive=self.config_drive)
