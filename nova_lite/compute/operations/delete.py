"""Delete: destroy the guest and everything of it, and the disk of a move that was on its way."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.compute.steps.base import Step
from nova_lite.compute.steps.destroy import Destroy
from nova_lite.compute.steps.parcel import DiscardDisk, Parcels
from nova_lite.compute.steps.plug import Unplug
from nova_lite.compute.steps.wrapped import Dispensable
from nova_lite.objects.states import VmState
from nova_lite.virt.driver import VirtDriver


class DeleteOperation:
    event = "compute_terminate_instance"
    done: VmState | None = VmState.DELETED
    reschedules = False

    def __init__(self, driver: VirtDriver, unplug: Unplug, parcels: Parcels) -> None:
        self._steps = (Destroy(driver), unplug, Dispensable(DiscardDisk(parcels)))

    def steps(self) -> Sequence[Step]:
        return self._steps
