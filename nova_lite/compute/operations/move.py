"""Moves between hosts: the legs of a cold migration, and an evacuation."""

from __future__ import annotations

from pathlib import Path

from nova_lite.compute.job import Job
from nova_lite.compute.operations.base import LifecycleOperation, StepList
from nova_lite.compute.operations.rebuild import SpawnAsBefore
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.destroy import Destroy
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.compute.steps.makeover import CLEAN_TIMEOUT, is_on
from nova_lite.compute.steps.parcel import DiscardDisk, FetchDisk, Parcels, SendDisk, SnapshotDisk
from nova_lite.compute.steps.plug import Networks, Plug, Unplug
from nova_lite.compute.steps.wrapped import Afterwards
from nova_lite.objects.operation import Evacuate
from nova_lite.objects.states import Action, Leg, VmState
from nova_lite.virt.capabilities import CapableDriver
from nova_lite.virt.driver import VirtDriver


class PowerOff:
    """The guest of a server that goes away is off; it is on again if the server stays."""

    name = "power_off"

    def __init__(self, driver: VirtDriver) -> None:
        self._driver = driver

    def run(self, job: Job) -> Job:
        self._driver.power_off(job.instance.uuid, CLEAN_TIMEOUT)
        return job

    def undo(self, job: Job) -> None:
        if is_on(job):
            self._driver.power_on(job.instance.uuid)


class PowerOn:
    """The guest that was left goes on, if the server was on."""

    name = "power_on"

    def __init__(self, driver: VirtDriver) -> None:
        self._driver = driver

    def run(self, job: Job) -> Job:
        if is_on(job):
            self._driver.power_on(job.instance.uuid)
        return job

    def undo(self, job: Job) -> None:
        """The guest stays as the hypervisor has it."""


class SpawnEvacuated(SpawnAsBefore):
    def run(self, job: Job) -> Job:
        arguments = job.operation.arguments
        assert isinstance(arguments, Evacuate)
        done = super().run(job)
        if arguments.stopped:
            self._driver.power_off(job.instance.uuid, 0.0)
        return done


class Moving:
    """Legs that send and fetch disks. ``directory``: the instances'; ``networks``: the source has them till the end."""

    def __init__(self, driver: CapableDriver, parcels: Parcels, directory: Path, networks: Networks) -> None:
        self._driver, self.parcels, self._directory, self._networks = driver, parcels, directory, networks

    def legs(self, fetch_image: FetchImage, create_disks: CreateDisks) -> dict[Action | Leg, LifecycleOperation]:
        """What each host of a move does; see :class:`Leg`."""
        driver, parcels = self._driver, self.parcels
        clear = (Destroy(driver), Unplug(self._networks))
        snapshot = SnapshotDisk(driver, parcels, self._directory)
        return {
            Leg.DEPART: StepList("compute_resize_instance", None, (
                PowerOff(driver), snapshot, SendDisk(parcels, snapshot),
            )),
            # Without the parcel the disk cannot be made again, and the guest runs: there is no way back.
            Leg.ARRIVE: StepList("compute_finish_resize", VmState.RESIZED, (
                FetchDisk(parcels, fetch_image), create_disks, Plug(self._networks), SpawnAsBefore(driver),
                Afterwards(DiscardDisk(parcels)),
            )),
            Leg.FALL_BACK: StepList("compute_finish_revert_resize", None, (
                PowerOn(driver), Afterwards(DiscardDisk(parcels)),
            )),
            Leg.DISMISS: StepList("compute_confirm_resize", VmState.ACTIVE, clear),
            Leg.LEAVE: StepList("compute_revert_resize", None, clear),
            Leg.RETURN: StepList("compute_finish_revert_resize", VmState.ACTIVE, (PowerOn(driver),)),
        }


def evacuate(driver: CapableDriver, fetch_image: FetchImage, create_disks: CreateDisks, plug: Plug) -> StepList:
    """What of the guest was on the other host's disk is lost: this is a rebuild, elsewhere."""
    return StepList(
        "compute_rebuild_instance", VmState.ACTIVE, (fetch_image, create_disks, plug, SpawnEvacuated(driver)),
        reschedules=True,
    )
