"""Disks on their way from host to host, carried by the image service: private images of compute's own project."""

from __future__ import annotations

import hashlib
from pathlib import Path

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NotFound
from nova_lite.image.cache import ImageCorrupt
from nova_lite.image.client import ImageClient
from nova_lite.image.writer import ImageWriter
from nova_lite.objects.image import ImageMeta


class Parcels:
    """Implements what :mod:`nova_lite.compute.steps.parcel` asks of an image service."""

    def __init__(self, writer: ImageWriter, client: ImageClient) -> None:
        self._writer, self._client = writer, client

    def is_sent(self, context: RequestContext, parcel_id: str) -> bool:
        try:
            return self._client.show(context, parcel_id).status == "active"
        except NotFound:
            return False

    def send(self, context: RequestContext, parcel_id: str, path: Path) -> None:
        self._writer.record(context, parcel_id, f"move-{parcel_id}")
        self._writer.upload(context, parcel_id, path)
        meta = self.meta(context, parcel_id)
        if concurrency.native(_digest, path, meta.hash_algo) != meta.hash_value:
            raise ImageCorrupt(f"the disk that was sent as image {parcel_id} is not what arrived", image_id=parcel_id)

    def meta(self, context: RequestContext, parcel_id: str) -> ImageMeta:
        return self._client.show(context, parcel_id)

    def remove(self, context: RequestContext, parcel_id: str) -> None:
        self._writer.remove(context, parcel_id)


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
