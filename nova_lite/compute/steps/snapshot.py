"""Snapshot and upload: the guest's root disk as a file, and that file as the data of an image."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from nova_lite.compute.job import Job
from nova_lite.core.context import RequestContext
from nova_lite.objects.operation import CreateBackup, CreateImage, Shelve
from nova_lite.virt.capabilities import CapableDriver, need


class Images(Protocol):
    """The image service, as one that fills images."""

    def upload(self, context: RequestContext, image_id: str, path: Path) -> None:
        """Send the data of a queued image; one that has them already is success."""
        ...

    def discard(self, context: RequestContext, image_id: str) -> None:
        """Delete an image, unless it has got its data. Absent already is success."""
        ...

    def remove(self, context: RequestContext, image_id: str) -> None:
        """Delete an image. Absent already is success."""
        ...

    def rotate(self, context: RequestContext, instance_uuid: str, backup_type: str, keep: int) -> None:
        """Delete all backups of an instance and a type but the newest ``keep``."""
        ...


def image_id_of(job: Job) -> str:
    """The image that the operation fills."""
    arguments = job.operation.arguments
    assert isinstance(arguments, CreateImage | CreateBackup | Shelve)
    return arguments.image_id


class Snapshot:
    name = "snapshot"

    def __init__(self, driver: CapableDriver, directory: Path) -> None:
        """``directory``: the instances', each of which has one of its uuid there."""
        self._driver, self._directory = driver, directory

    def path(self, job: Job) -> Path:
        """Where the snapshot waits for its upload."""
        return self._directory / job.instance.uuid / f"snapshot-{image_id_of(job)}"

    def run(self, job: Job) -> Job:
        can = need(self._driver.capabilities.snapshots, "make an image of a guest's disk")
        can.snapshot(job.instance.uuid, self.path(job))
        return job

    def undo(self, job: Job) -> None:
        self.path(job).unlink(missing_ok=True)


class UploadImage:
    name = "upload_image"

    def __init__(self, images: Images, snapshot: Snapshot) -> None:
        self._images, self._snapshot = images, snapshot

    def run(self, job: Job) -> Job:
        path = self._snapshot.path(job)
        self._images.upload(job.context, image_id_of(job), path)
        path.unlink(missing_ok=True)
        return job

    def undo(self, job: Job) -> None:
        self._images.discard(job.context, image_id_of(job))


class RotateBackups:
    name = "rotate_backups"

    def __init__(self, images: Images) -> None:
        self._images = images

    def run(self, job: Job) -> Job:
        arguments = job.operation.arguments
        assert isinstance(arguments, CreateBackup)
        self._images.rotate(job.context, job.instance.uuid, arguments.backup_type, arguments.rotation)
        return job

    def undo(self, job: Job) -> None:
        """What has been rotated away is gone."""
