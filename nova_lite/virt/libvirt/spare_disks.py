"""Disks beside an instance's own: the one of before a resize, and the one that it is rescued from."""

from __future__ import annotations

import os
from pathlib import Path

from nova_lite.objects.instance import Instance
from nova_lite.virt import configdrive, images, programs
from nova_lite.virt.driver import VirtError
from nova_lite.virt.libvirt.disks import RESCUE_DISK, InstanceDirectories, disk_size, make_overlay

KEPT_DISK = "disk.resize"  # the root disk before a resize that may be reverted
COPY_TIMEOUT = 600.0


class SpareDisks:
    """In the directories of the instances. Every method may be repeated, whatever cut the first one off."""

    def __init__(self, files: InstanceDirectories) -> None:
        self._files = files

    def kept(self, uuid: str) -> bool:
        """Whether the disk of before a resize is kept."""
        return self._kept(uuid).exists()

    def keep(self, uuid: str) -> None:
        """Keep a copy of the root disk, unless one is kept already. Raises VirtError."""
        disk, kept = self._files.root_disk(uuid), self._kept(uuid)
        if disk.exists() and not kept.exists():
            scratch = kept.with_name(f"{KEPT_DISK}.new")
            programs.run(["cp", "--reflink=auto", "--sparse=always", str(disk), str(scratch)], COPY_TIMEOUT)
            os.replace(scratch, kept)

    def restore(self, uuid: str) -> None:
        """Put the kept disk back in the place of the root disk."""
        os.replace(self._kept(uuid), self._files.root_disk(uuid))

    def forget(self, uuid: str) -> None:
        """Remove the kept disk. Absent already is success."""
        self._kept(uuid).unlink(missing_ok=True)

    def grow(self, instance: Instance) -> None:
        """Make the root disk as large as the flavor says; 0 leaves it. Raises VirtError: it would become smaller."""
        disk, size = self._files.root_disk(instance.uuid), instance.flavor.root_gb * images.GIB
        if not size or not disk.exists():
            return
        if disk_size(disk) > size:
            raise VirtError(f"instance {instance.uuid}: its disk cannot become smaller", instance=instance.uuid)
        programs.run(["qemu-img", "resize", "-q", "-f", "qcow2", str(disk), str(size)])

    def make_rescue(self, instance: Instance, base: Path) -> None:
        """A fresh disk to rescue the instance from, made of an image. Raises ImageUnacceptable, VirtError."""
        disk = self._rescue(instance.uuid)
        if not disk.exists():
            make_overlay(instance, base, disk, images.inspect(base).size)

    def remove_rescue(self, uuid: str) -> None:
        """The rescue disk, and the config drive that came with it. Absent already is success."""
        for path in (self._rescue(uuid), self._files.directory(uuid) / configdrive.RESCUE_FILE):
            path.unlink(missing_ok=True)

    def _kept(self, uuid: str) -> Path:
        return self._files.directory(uuid) / KEPT_DISK

    def _rescue(self, uuid: str) -> Path:
        return self._files.directory(uuid) / RESCUE_DISK
