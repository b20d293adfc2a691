"""Create: fetch the image, make the disks, plug the networks in, spawn the guest."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.compute.steps.base import Step
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.compute.steps.plug import Plug
from nova_lite.compute.steps.spawn import Spawn
from nova_lite.objects.states import VmState
from nova_lite.virt.driver import VirtDriver


class CreateOperation:
    event = "compute__do_build_and_run_instance"
    done: VmState | None = VmState.ACTIVE
    reschedules = True

    def __init__(self, driver: VirtDriver, fetch_image: FetchImage, create_disks: CreateDisks, plug: Plug) -> None:
        self._steps = (fetch_image, create_disks, plug, Spawn(driver))

    def steps(self) -> Sequence[Step]:
        return self._steps
