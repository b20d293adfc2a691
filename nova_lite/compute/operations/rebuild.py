"""Rebuild: the guest goes, and comes again from a fresh disk, with the identity and the cards that it had."""

from __future__ import annotations

from nova_lite.compute.job import Job
from nova_lite.compute.operations.base import StepList
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.destroy import Destroy
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.compute.steps.plug import Plug
from nova_lite.compute.steps.spawn import Spawn
from nova_lite.compute.steps.wrapped import Lasting
from nova_lite.objects.states import VmState
from nova_lite.virt.capabilities import CapableDriver


class SpawnAsBefore(Spawn):
    """A server that was off is off again."""

    def run(self, job: Job) -> Job:
        super().run(job)
        if job.instance.vm_state is VmState.STOPPED:
            self._driver.power_off(job.instance.uuid, 0.0)
        return job


def rebuild(driver: CapableDriver, fetch_image: FetchImage, create_disks: CreateDisks, plug: Plug) -> StepList:
    # The image comes first: as long as it is not here the old guest lives.
    return StepList("compute_rebuild_instance", VmState.ACTIVE, (
        fetch_image, Destroy(driver), Lasting(create_disks), Lasting(plug), Lasting(SpawnAsBefore(driver)),
    ))
