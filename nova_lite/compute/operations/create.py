"""Create: fetch the image, make the disks, spawn the guest."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.compute.steps.base import Step
from nova_lite.compute.steps.create_disks import BuildConfigDrive, CreateDisks
from nova_lite.compute.steps.fetch_image import FetchImage, ImageCache
from nova_lite.compute.steps.spawn import Spawn
from nova_lite.objects.states import VmState
from nova_lite.virt.driver import VirtDriver


class CreateOperation:
    event = "compute__do_build_and_run_instance"
    done: VmState | None = VmState.ACTIVE
    reschedules = True

    def __init__(self, driver: VirtDriver, cache: ImageCache, build_config_drive: BuildConfigDrive) -> None:
        self._steps = (FetchImage(cache), CreateDisks(driver, build_config_drive), Spawn(driver))

    def steps(self) -> Sequence[Step]:
        return self._steps
