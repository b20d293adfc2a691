"""The disk of a guest on its way to another host: as the data of an image that lives as long as the way takes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from nova_lite.compute.job import Job
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.core.context import RequestContext
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.operation import Delete, Resize
from nova_lite.virt.capabilities import CapableDriver, need


class Parcels(Protocol):
    """The image service, as what carries disks from host to host. A parcel has an image's id."""

    def is_sent(self, context: RequestContext, parcel_id: str) -> bool:
        """Whether the parcel is there, whole."""
        ...

    def send(self, context: RequestContext, parcel_id: str, path: Path) -> None:
        """Have the file at ``path`` there as a parcel; what the service has of it is compared with it by hash.

        :raises ImageCorrupt: it is not the same.
        """
        ...

    def meta(self, context: RequestContext, parcel_id: str) -> ImageMeta:
        """What to fetch it by. :raises NotFound: it is not there."""
        ...

    def remove(self, context: RequestContext, parcel_id: str) -> None:
        """Absent already is success."""
        ...


class SnapshotDisk:
    name = "snapshot"

    def __init__(self, driver: CapableDriver, parcels: Parcels, directory: Path) -> None:
        """``directory``: the instances', each of which has one of its uuid there."""
        self._driver, self._parcels, self._directory = driver, parcels, directory

    def path(self, job: Job) -> Path:
        """Where the disk waits to be sent."""
        return self._directory / job.instance.uuid / f"move-{job.operation.id}"

    def run(self, job: Job) -> Job:
        # The guest is off: what was sent before a crash is what would be sent now.
        if job.instance.image is not None and not self._parcels.is_sent(job.context, job.operation.id):
            can = need(self._driver.capabilities.snapshots, "send a guest's disk to another host")
            can.snapshot(job.instance.uuid, self.path(job))
        return job

    def undo(self, job: Job) -> None:
        self.path(job).unlink(missing_ok=True)


class SendDisk:
    name = "send_disk"

    def __init__(self, parcels: Parcels, snapshot: SnapshotDisk) -> None:
        self._parcels, self._snapshot = parcels, snapshot

    def run(self, job: Job) -> Job:
        path = self._snapshot.path(job)
        if path.exists():
            self._parcels.send(job.context, job.operation.id, path)
            path.unlink(missing_ok=True)
        return job

    def undo(self, job: Job) -> None:
        self._parcels.remove(job.context, job.operation.id)


class FetchDisk:
    name = "fetch_disk"

    def __init__(self, parcels: Parcels, fetch_image: FetchImage) -> None:
        self._parcels, self._fetch_image = parcels, fetch_image

    def run(self, job: Job) -> Job:
        arguments, instance = job.operation.arguments, job.instance
        if isinstance(arguments, Resize):
            instance = replace(instance, flavor=arguments.flavor)
        if instance.image is not None:
            # The guest's disk is of the parcel from here on; what it wants of its hardware, its own image says.
            meta = self._parcels.meta(job.context, job.operation.id)
            instance = replace(instance, image=replace(meta, properties=instance.image.properties))
        return self._fetch_image.run(dataclasses.replace(job, instance=instance))

    def undo(self, job: Job) -> None:
        self._parcels.remove(job.context, job.operation.id)


class DiscardDisk:
    name = "discard_disk"

    def __init__(self, parcels: Parcels) -> None:
        self._parcels = parcels

    def run(self, job: Job) -> Job:
        arguments = job.operation.arguments
        parcel_id = arguments.image_id if isinstance(arguments, Delete) else job.operation.id
        if parcel_id is not None:
            self._parcels.remove(job.context, parcel_id)
        return job

    def undo(self, job: Job) -> None:
        """It is the last step."""
