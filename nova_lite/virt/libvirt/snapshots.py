"""Snapshots: a root disk as an image of its own, the guest running or not."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from pathlib import Path

import libvirt

from nova_lite.core import concurrency
from nova_lite.virt import programs
from nova_lite.virt.driver import VirtError
from nova_lite.virt.libvirt.connection import tolerate
from nova_lite.virt.libvirt.disks import FILE_MODE, InstanceDirectories, disk_size
from nova_lite.virt.libvirt.domains import Domains
from nova_lite.virt.libvirt.handles import Domain

COPY_TIMEOUT = 1800.0  # seconds for a disk that nobody writes to
POLL = 0.1  # seconds between looks at a copy
_NO_JOB = (libvirt.VIR_ERR_INVALID_ARG, libvirt.VIR_ERR_OPERATION_INVALID, libvirt.VIR_ERR_OPERATION_FAILED)
_FLAGS = libvirt.VIR_DOMAIN_BLOCK_COPY_REUSE_EXT | libvirt.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB


class Snapshots:
    """Implements :class:`nova_lite.virt.capabilities.Snapshots`.

    QEMU mirrors the disk of a running guest into the new file; letting go of the mirror once it is complete leaves the
    disk as it was at that moment. The disk of a guest that is off is copied by qemu-img.
    """

    def __init__(self, domains: Domains, files: InstanceDirectories) -> None:
        self._domains, self._files = domains, files

    def snapshot(self, uuid: str, path: Path) -> None:
        disk = self._files.root_disk(uuid)
        active = self._domains.run(uuid, "looking at the domain", lambda domain: bool(domain.isActive()))
        if not disk.exists():
            raise VirtError(f"instance {uuid} has no root disk on this host", instance=uuid)
        if not active or not self._mirror(uuid, disk, path):
            _copy(disk, path)

    def _mirror(self, uuid: str, disk: Path, path: Path) -> bool:
        """False when the guest went off meanwhile: its disk is quiet now."""
        self._domains.run(uuid, "ending an older copy", lambda domain: _let_go(domain, disk))
        path.unlink(missing_ok=True)
        # Made beforehand and by us, so that this process can read it whoever QEMU runs as.
        programs.run(["qemu-img", "create", "-q", "-f", "qcow2", str(path), str(disk_size(disk))])
        path.chmod(FILE_MODE)
        target = (f"<disk type='file'><driver type='qcow2'/><source file='{_escaped(path)}'/></disk>")
        self._domains.run(
            uuid, "copying the disk", lambda domain: domain.blockCopy(str(disk), target, {}, _FLAGS)
        )
        try:
            while True:
                ready = self._domains.run(uuid, "looking at the copy", lambda domain: _ready(domain, disk))
                if ready is not False:
                    return ready is True
                concurrency.sleep(POLL)
        finally:
            self._domains.run(uuid, "ending the copy", lambda domain: _let_go(domain, disk))


def _ready(domain: Domain, disk: Path) -> bool | None:
    """Whether the mirror is complete; None: there is none any more."""
    if not domain.isActive():
        return None
    for device in ET.fromstring(domain.XMLDesc(0)).iter("disk"):
        source, mirror = device.find("source"), device.find("mirror")
        if source is not None and source.get("file") == str(disk):
            return None if mirror is None else mirror.get("ready") == "yes"
    return None


def _let_go(domain: Domain, disk: Path) -> None:
    if domain.isActive():
        tolerate(_NO_JOB, lambda: domain.blockJobAbort(str(disk), 0))


def _copy(disk: Path, path: Path) -> None:
    scratch = path.with_name(f"{path.name}.new")
    programs.run(["qemu-img", "convert", "-U", "-f", "qcow2", "-O", "qcow2", str(disk), str(scratch)], COPY_TIMEOUT)
    os.replace(scratch, path)


def _escaped(path: Path) -> str:
    return str(path).replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;")
