"""Images made of guests: snapshots, backups, and shelving, which leaves nothing but the image."""

from __future__ import annotations

from pathlib import Path

from nova_lite.compute.operations.base import StepList
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.destroy import Destroy
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.compute.steps.plug import Networks, Plug, Unplug
from nova_lite.compute.steps.shelved import DiscardShelved, FetchShelved
from nova_lite.compute.steps.snapshot import Images, RotateBackups, Snapshot, UploadImage
from nova_lite.compute.steps.spawn import Spawn
from nova_lite.compute.steps.wrapped import Afterwards, Announced, Irrevocable
from nova_lite.objects.states import VmState
from nova_lite.virt.capabilities import CapableDriver


class Imaging:
    """Operations that fill images. ``directory``: the instances'; ``networks``: what shelving lets go of."""

    def __init__(self, driver: CapableDriver, images: Images, directory: Path, networks: Networks) -> None:
        self._driver, self._images, self._networks = driver, images, networks
        snapshot = Snapshot(driver, directory)
        self._steps = (snapshot, Announced(UploadImage(images, snapshot)))

    def create_image(self) -> StepList:
        return StepList("compute_snapshot_instance", None, self._steps)

    def create_backup(self) -> StepList:
        return StepList("compute_backup_instance", None, (*self._steps, RotateBackups(self._images)))

    def shelve(self) -> StepList:
        # Without the guest nothing can be imaged again: from there on there is no way back.
        steps = (*self._steps, Irrevocable(Destroy(self._driver)), Unplug(self._networks))
        return StepList("compute_shelve_instance", VmState.SHELVED_OFFLOADED, steps)

    def unshelve(self, fetch_image: FetchImage, create_disks: CreateDisks) -> StepList:
        """From the image that shelving made; it has no other use, and goes at the end."""
        return StepList("compute_unshelve_instance", VmState.ACTIVE, (
            FetchShelved(fetch_image), create_disks, Plug(self._networks), Spawn(self._driver),
            Afterwards(DiscardShelved(self._images)),
        ))
