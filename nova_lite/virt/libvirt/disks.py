"""The files of instances: a directory each, with the root disk, the config drive and the console log."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec

from nova_lite.core import concurrency
from nova_lite.core.ids import is_uuid
from nova_lite.objects.base import Value
from nova_lite.objects.instance import Instance
from nova_lite.virt import configdrive, images, programs
from nova_lite.virt.driver import GuestSpec, ImageUnacceptable, VirtError
from nova_lite.virt.libvirt.plan import InstanceFiles

ROOT_DISK = "disk"
RESCUE_DISK = "disk.rescue"
CONSOLE_LOG = "console.log"
DIRECTORY_MODE = 0o711  # the guest's process runs as another user and must pass, not look around
FILE_MODE = 0o644
# An image can be made so that reading its tables takes for ever; the reader gets this much and no more.
LIMITS = ("prlimit", "--as=1073741824", "--cpu=30")


class _Specific(Value, frozen=True, kw_only=True, forbid_unknown_fields=False):
    data: dict[str, object] = {}


class _Info(Value, frozen=True, kw_only=True, forbid_unknown_fields=False, rename="kebab"):
    """What ``qemu-img info --output=json`` says, as far as it matters here."""

    format: str
    virtual_size: int
    backing_filename: str = ""
    format_specific: _Specific = _Specific()


class InstanceDirectories:
    """Makes and removes what belongs to instances under one path."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def setup(self) -> None:
        """Make the root directory. Raises VirtError."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise VirtError(f"the instances path {self._root} cannot be made: {error.strerror}") from error

    def free_space_gb(self) -> int:
        """GiB of the file system that holds the instances, used and free."""
        return shutil.disk_usage(self._root).total // images.GIB

    def files(self, spec: GuestSpec) -> InstanceFiles:
        """Where the files of an instance are."""
        directory = self.directory(spec.instance.uuid)
        return InstanceFiles(
            root_disk=directory / ROOT_DISK if spec.image_path is not None else None,
            config_drive=directory / configdrive.FILE if spec.config_drive is not None else None,
            console_log=directory / CONSOLE_LOG,
        )

    def present(self, uuid: str) -> InstanceFiles:
        """The files that an instance has now."""
        directory = self.directory(uuid)

        def found(name: str) -> Path | None:
            return directory / name if (directory / name).exists() else None

        rescue = found(RESCUE_DISK)
        return InstanceFiles(
            root_disk=found(ROOT_DISK),
            config_drive=(found(configdrive.RESCUE_FILE) if rescue else None) or found(configdrive.FILE),
            console_log=directory / CONSOLE_LOG, rescue_disk=rescue,
        )

    def root_disk(self, uuid: str) -> Path:
        """Where the root disk of an instance is, if it has one."""
        return self.directory(uuid) / ROOT_DISK

    def directory(self, uuid: str) -> Path:
        """The instance's directory. Raises VirtError for what is no uuid: it comes from another host."""
        if not is_uuid(uuid):
            raise VirtError(f"{uuid!r} is no uuid of an instance")
        return self._root / uuid

    def create(self, spec: GuestSpec) -> None:
        """Make directory, root disk, config drive and console log. What is there already stays.

        :raises ImageUnacceptable: see :func:`nova_lite.virt.images.check`. :raises VirtError: no space, no program.
        """
        instance = spec.instance
        try:
            if spec.image_path is not None:
                images.check(instance, concurrency.native(images.inspect, spec.image_path))
            directory = self.directory(instance.uuid)
            directory.mkdir(exist_ok=True)
            directory.chmod(DIRECTORY_MODE)  # whatever the umask is
            if spec.image_path is not None and not (directory / ROOT_DISK).exists():
                make_overlay(
                    instance, spec.image_path, directory / ROOT_DISK, instance.flavor.root_gb * images.GIB
                )
            if spec.config_drive is not None:
                concurrency.native(_copy, spec.config_drive, directory / configdrive.FILE)
            # The log's keeper is root: a file that is there already stays ours, and we can read it until it is rolled
            # over.
            if not (directory / CONSOLE_LOG).exists():
                (directory / CONSOLE_LOG).touch(mode=FILE_MODE)
        except OSError as error:
            raise VirtError(
                f"instance {instance.uuid}: its files cannot be made: {error.strerror}", instance=instance.uuid
            ) from error

    def remove(self, uuid: str) -> None:
        """Remove all files of an instance. Absent already is success. Raises VirtError."""
        directory = self.directory(uuid)
        try:
            if directory.exists():
                concurrency.native(shutil.rmtree, directory)
        except FileNotFoundError:
            pass  # another task removes the same
        except OSError as error:
            message = f"instance {uuid}: its files cannot be removed: {error.strerror}"
            raise VirtError(message, instance=uuid) from error


def verify(instance: Instance, base: Path, format_: str) -> int:
    """Let QEMU read the image as what it claims to be; bytes of its disk. The format is never guessed.

    :raises ImageUnacceptable: QEMU cannot, or the image wants to read other files.
    """
    argv = [*LIMITS, "qemu-img", "info", "--output=json", "--force-share", "-f", format_, str(base)]
    try:
        info = msgspec.json.decode(programs.run(argv, name="qemu-img"), type=_Info)
    except (programs.ProgramFailed, msgspec.MsgspecError) as error:
        reason = str(error).replace(str(base), "the image")
        raise ImageUnacceptable(f"the image cannot be read as {format_}: {reason}", instance=instance.uuid) from error
    if info.backing_filename or info.format_specific.data.get("data-file"):
        raise ImageUnacceptable("the image refers to other files", instance=instance.uuid)
    return info.virtual_size


def disk_size(disk: Path) -> int:
    """Bytes of the disk that a guest sees in one of our own files."""
    shown = programs.run(["qemu-img", "info", "--output=json", "--force-share", "-f", "qcow2", str(disk)])
    return msgspec.json.decode(shown, type=_Info).virtual_size


def make_overlay(instance: Instance, base: Path, disk: Path, size: int) -> None:
    """A disk of ``size`` bytes (0: the image's): only what the guest writes; the rest is read from the base image."""
    format_ = images.inspect(base).format
    size = max(size, verify(instance, base, format_))
    scratch = disk.with_name(f"{disk.name}.new")
    programs.run(
        ["qemu-img", "create", "-q", "-f", "qcow2", "-F", format_, "-b", str(base), str(scratch), str(size)]
    )
    os.replace(scratch, disk)


def _copy(source: Path, target: Path) -> None:
    if source == target:
        return
    scratch = target.with_name(f"{target.name}.new")
    shutil.copyfile(source, scratch)
    os.replace(scratch, target)
