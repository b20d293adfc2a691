"""The data of images: taken in and given out in blocks, never whole in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import TracebackType
from typing import Protocol

from msgspec.structs import replace

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict, Forbidden, Invalid, NotFound
from nova_lite.image import inspection, rules
from nova_lite.image.digest import BLOCK, HASH_ALGO, Digest
from nova_lite.image.records import ImageRecords
from nova_lite.image.store.base import ImageStore, Reader, Writer
from nova_lite.objects.image import Image, ImageStatus

LOG = logging.getLogger(__name__)


class Stream(Protocol):
    """Where the data come from: a request's body."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` of the next bytes, none at the end. May raise OSError or ValueError when a client leaves."""
        ...


class ImageData:
    """Uploads and downloads.

    ``max_size`` in bytes, 0 for no limit. Without ``require_match`` content of another format than declared is
    taken; unsafe content is refused all the same.
    """

    def __init__(
        self, records: ImageRecords, store: ImageStore, clock: Clock, max_size: int = 0, require_match: bool = True
    ) -> None:
        self._records = records
        self._store = store
        self._clock = clock
        self._max_size = max_size
        self._require_match = require_match

    def upload(self, image: Image, stream: Stream, length: int | None = None) -> Image:
        """Take the data of a queued image, which is active then. ``length`` is what the client announced, in bytes.

        Whatever goes wrong, the image is queued again and nothing of the data stays.

        :raises Conflict: it is not queued (any more). :raises TooLarge: the data are more than the limit.
        :raises FormatRefused: the content is unsafe, or not of the format that the record declares.
        :raises Invalid: the formats are not set, or not as many data came as announced.
        :raises NotFound: the image was deleted meanwhile.
        """
        rules.check_upload(image)
        digest = Digest(self._max_size)
        digest.check(length or 0)
        with _Reserved(self._records, image, self._clock) as saving:
            writer = concurrency.native(self._store.create, image.id)
            try:
                self._take(stream, digest, writer, length)
                found = self._judge(digest, image)
                location = concurrency.native(writer.commit)
            finally:
                concurrency.native(writer.abort)
            return self._activate(saving, digest, found, location)

    def download(self, context: RequestContext, image: Image, start: int = 0, count: int | None = None) -> Iterator[bytes]:
        """The data of an image, or ``count`` bytes of them from ``start``, in blocks.

        :raises Forbidden: the image is deactivated and the caller no admin. :raises NotFound: it has no data.
        """
        if image.status == ImageStatus.DEACTIVATED and not context.is_admin:
            raise Forbidden("The requested image has been deactivated. Image data download is forbidden.")
        if image.location is None:
            raise NotFound(f"No image data could be found for image {image.id}", image_id=image.id)
        reader = concurrency.native(self._store.open, image.location)
        return _blocks(reader, start, image.size or 0 if count is None else count)

    def _take(self, stream: Stream, digest: Digest, writer: Writer, length: int | None) -> None:
        while block := _next_block(stream):
            # Hashing and writing happen outside the hub; other requests are served meanwhile.
            concurrency.native(_consume, digest, writer, block)
        if length is not None and digest.size != length:
            raise Invalid(f"The upload ended after {digest.size} bytes, {length} were announced", size=digest.size)

    def _judge(self, digest: Digest, image: Image) -> inspection.Inspection:
        found = inspection.inspect(digest.sample())
        if self._require_match:
            inspection.require(found, image.disk_format or "")
        else:
            inspection.require_safe(found)
        return found

    def _activate(self, saving: Image, digest: Digest, found: inspection.Inspection, location: str) -> Image:
        """Set the image active, on top of what was changed of its other fields during the upload."""
        try:
            while True:
                current = self._records.get(saving.id)
                if current.status != ImageStatus.SAVING:
                    raise Conflict(f"Image {saving.id} is {current.status.value}, not saving")
                active = replace(
                    current, status=ImageStatus.ACTIVE, location=location, size=digest.size,
                    checksum=digest.checksum, hash_algo=HASH_ALGO, hash_value=digest.hash_value,
                    virtual_size=found.virtual_size, updated_at=self._clock.now(),
                )
                if self._records.replace(active):
                    return replace(active, revision=active.revision + 1)
        except (NotFound, Conflict):
            LOG.info("image %s went away during its upload; its data go too", saving.id)
            concurrency.native(self._store.delete, location)
            raise


class _Reserved:
    """An image while one upload owns it: saving inside, queued again after an error."""

    def __init__(self, records: ImageRecords, image: Image, clock: Clock) -> None:
        self._records = records
        self._image = image
        self._clock = clock

    def __enter__(self) -> Image:
        saving = replace(self._image, status=ImageStatus.SAVING, updated_at=self._clock.now())
        if not self._records.replace(saving):
            raise Conflict(f"Image {self._image.id} is being changed by others", image_id=self._image.id)
        return saving

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            return
        LOG.info("upload of image %s failed: %s", self._image.id, error)
        while True:
            try:
                current = self._records.get(self._image.id)
            except NotFound:
                return
            if current.status != ImageStatus.SAVING:
                return
            if self._records.replace(replace(current, status=ImageStatus.QUEUED, updated_at=self._clock.now())):
                return


def _next_block(stream: Stream) -> bytes:
    try:
        return stream.read(BLOCK)
    except (OSError, ValueError) as error:
        raise Invalid(f"The upload broke off: {error}") from error


def _consume(digest: Digest, writer: Writer, block: bytes) -> None:
    digest.update(block)
    writer.write(block)


def _blocks(reader: Reader, start: int, count: int) -> Iterator[bytes]:
    try:
        if start:
            reader.seek(start)
        while count > 0:
            block = concurrency.native(reader.read, min(BLOCK, count))
            if not block:
                return
            count -= len(block)
            yield block
    finally:
        reader.close()
