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

STORE_ID = "file"  # what the one store is called where clients want to know
FAILED_IMPORT, IMPORT_ERROR = "os_glance_failed_import", "os_glance_import_error"  # properties
MAX_TEXT = 255
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
        self.check_size(length)
        return self.fill(self.reserve(image, ImageStatus.SAVING), stream, length)

    def check_size(self, length: int | None) -> None:
        """:raises TooLarge: an announced length is more than the limit."""
        Digest(self._max_size).check(length or 0)

    def reserve(self, image: Image, meanwhile: ImageStatus) -> Image:
        """The image as one that only the caller may fill. :raises Conflict: another was faster."""
        reserved = replace(image, status=meanwhile, updated_at=self._clock.now())
        if not self._records.replace(reserved):
            raise Conflict(f"Image {image.id} is being changed by others", image_id=image.id)
        return reserved

    def fill(self, reserved: Image, stream: Stream, length: int | None = None) -> Image:
        """Take the data of a reserved image, which is active then; errors and their consequences as :meth:`upload`."""
        with Returned(self._records, reserved, self._clock):
            writer = concurrency.native(self._store.create, reserved.id)
            try:
                digest = self.take(stream, writer, length)
                found = self._judge(digest, reserved)
                location = concurrency.native(writer.commit)
            finally:
                concurrency.native(writer.abort)
            return self._activate(reserved, digest, found, location)

    def download(
        self, context: RequestContext, image: Image, start: int = 0, count: int | None = None
    ) -> Iterator[bytes]:
        """The data of an image, or ``count`` bytes of them from ``start``, in blocks.

        :raises Forbidden: the image is deactivated and the caller no admin. :raises NotFound: it has no data.
        """
        if image.status == ImageStatus.DEACTIVATED and not context.is_admin:
            raise Forbidden("The requested image has been deactivated. Image data download is forbidden.")
        if image.location is None:
            raise NotFound(f"No image data could be found for image {image.id}", image_id=image.id)
        reader = concurrency.native(self._store.open, image.location)
        return _blocks(reader, start, image.size or 0 if count is None else count)

    def take(self, stream: Stream, writer: Writer, length: int | None) -> Digest:
        """Write a stream to a store; what it was. :raises Invalid, TooLarge: as :meth:`upload`."""
        digest = Digest(self._max_size)
        while block := _next_block(stream):
            # Hashing and writing happen outside the hub; other requests are served meanwhile.
            concurrency.native(_consume, digest, writer, block)
        if length is not None and digest.size != length:
            raise Invalid(f"The upload ended after {digest.size} bytes, {length} were announced", size=digest.size)
        return digest

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
                if current.status != saving.status:
                    raise Conflict(f"Image {saving.id} is {current.status.value}, not {saving.status.value}")
                active = replace(
                    current, status=ImageStatus.ACTIVE, location=location, size=digest.size,
                    checksum=digest.checksum, hash_algo=HASH_ALGO, hash_value=digest.hash_value,
                    virtual_size=found.virtual_size, updated_at=self._clock.now(), properties=without_notes(current),
                )
                if self._records.replace(active):
                    return replace(active, revision=active.revision + 1)
        except (NotFound, Conflict):
            LOG.info("image %s went away during its upload; its data go too", saving.id)
            concurrency.native(self._store.delete, location)
            raise


class Returned:
    """An image that is reserved inside, and after an error queued again; of an import it is noted why."""

    def __init__(self, records: ImageRecords, reserved: Image, clock: Clock) -> None:
        self._records = records
        self._reserved = reserved
        self._clock = clock

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            return
        LOG.info("upload of image %s failed: %s", self._reserved.id, error)
        while True:
            try:
                current = self._records.get(self._reserved.id)
            except NotFound:
                return
            if current.status != self._reserved.status or self._records.replace(self._queued(current, error)):
                return

    def _queued(self, image: Image, error: BaseException | None) -> Image:
        notes = {FAILED_IMPORT: STORE_ID, IMPORT_ERROR: str(error)[:MAX_TEXT]}
        properties = without_notes(image) | (notes if image.status == ImageStatus.IMPORTING else {})
        return replace(image, status=ImageStatus.QUEUED, properties=properties, updated_at=self._clock.now())


def without_notes(image: Image) -> dict[str, str]:
    """The custom properties without what an earlier import left there."""
    return {name: value for name, value in image.properties.items() if name not in (FAILED_IMPORT, IMPORT_ERROR)}


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
