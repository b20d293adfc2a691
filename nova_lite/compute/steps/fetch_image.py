"""FetchImage: the image is in this host's cache, verified."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Protocol

from nova_lite.compute.job import Job
from nova_lite.core.context import RequestContext
from nova_lite.objects.image import ImageMeta


class ImageCache(Protocol):
    """Base images by hash."""

    def fetch(self, context: RequestContext, meta: ImageMeta) -> Path:
        """The verified base file; downloads it first when it is not there."""
        ...


class FetchImage:
    name = "fetch_image"

    def __init__(self, cache: ImageCache) -> None:
        self.cache = cache

    def run(self, job: Job) -> Job:
        if job.instance.image is None:
            return job
        return dataclasses.replace(job, image_path=self.cache.fetch(job.context, job.instance.image))

    def undo(self, job: Job) -> None:
        """A cached image is nobody's in particular: it stays for the next boot."""
