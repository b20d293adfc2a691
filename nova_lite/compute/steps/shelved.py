"""The image of a shelved server: fetched in the place of the server's own, and deleted when it has done its work."""

from __future__ import annotations

import dataclasses

from msgspec.structs import replace

from nova_lite.compute.job import Job
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.compute.steps.snapshot import Images
from nova_lite.objects.operation import Unshelve


class FetchShelved:
    name = "fetch_image"

    def __init__(self, fetch_image: FetchImage) -> None:
        self._fetch_image = fetch_image

    def run(self, job: Job) -> Job:
        arguments = job.operation.arguments
        assert isinstance(arguments, Unshelve)
        # From here on the guest's disk is of this image; the record keeps the one that the server was made from.
        return self._fetch_image.run(
            dataclasses.replace(job, instance=replace(job.instance, image=arguments.image))
        )

    def undo(self, job: Job) -> None:
        """A cached image is nobody's in particular."""


class DiscardShelved:
    name = "discard_shelved"

    def __init__(self, images: Images) -> None:
        self._images = images

    def run(self, job: Job) -> Job:
        kept = job.instance.kept
        if kept is not None and kept.image_id is not None:
            self._images.remove(job.context, kept.image_id)
        return job

    def undo(self, job: Job) -> None:
        """It is the last step."""
