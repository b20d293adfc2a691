"""Imports: data that were staged here before, or that we fetch from the web, become an image's in the background."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.errors import Conflict, Forbidden, NovaLiteError
from nova_lite.image import rules
from nova_lite.image.data import ImageData, Returned, Stream
from nova_lite.image.records import ImageRecords
from nova_lite.image.store.base import ImageStore, Reader
from nova_lite.image.web import WebDownloads
from nova_lite.objects.image import Image, ImageStatus

LOG = logging.getLogger(__name__)
METHODS = (rules.GLANCE_DIRECT, rules.WEB_DOWNLOAD)


class ImageImports:
    """``staging`` keeps what was staged, by the image's id; ``methods`` are those of METHODS that are offered."""

    def __init__(
        self, records: ImageRecords, data: ImageData, staging: ImageStore, web: WebDownloads, clock: Clock,
        methods: tuple[str, ...] = METHODS,
    ) -> None:
        self._records = records
        self._data = data
        self._staging = staging
        self._web = web
        self._clock = clock
        self.methods = methods

    def stage(self, image: Image, stream: Stream, length: int | None = None) -> None:
        """Keep data for a queued image, which is uploading then. After an error it is queued and nothing is kept.

        :raises Conflict: it is not queued (any more). :raises TooLarge, Invalid: as an upload.
        """
        rules.check_stage(image)
        self._data.check_size(length)
        reserved = self._data.reserve(image, ImageStatus.SAVING)
        with Returned(self._records, reserved, self._clock):
            writer = concurrency.native(self._staging.create, image.id)
            try:
                self._data.take(stream, writer, length)
                concurrency.native(writer.commit)
            finally:
                concurrency.native(writer.abort)
            self._staged(reserved)

    def begin(self, image: Image, method: str, uri: str = "") -> Callable[[], None]:
        """Reserve an image, which is importing then, and give the work that remains, for a task of its own.

        :raises Forbidden: the method is not offered. :raises Conflict: see ``rules.check_import``.
        :raises Invalid: the formats are not set, or we must not fetch this URI.
        """
        if method not in self.methods:
            raise Forbidden(f"Import method {method} is not offered here: {', '.join(self.methods)}", method=method)
        rules.check_import(image, method)
        if method == rules.WEB_DOWNLOAD:
            self._web.check(uri)
        reserved = self._data.reserve(image, ImageStatus.IMPORTING)
        opened = self._fetched(uri) if method == rules.WEB_DOWNLOAD else self._taken(image.id)

        def work() -> None:
            try:
                with Returned(self._records, reserved, self._clock), opened as (stream, length):
                    self._data.fill(reserved, stream, length)
            except NovaLiteError as error:
                LOG.warning("import of image %s failed: %s", image.id, error.message)
            except Exception:
                LOG.exception("import of image %s ended in an unexpected error", image.id)

        return work

    def forget(self, image_id: str) -> None:
        """What was staged for an image that is no more."""
        concurrency.native(self._staging.delete, image_id)

    @contextmanager
    def _taken(self, image_id: str) -> Iterator[tuple[Stream, None]]:
        reader = concurrency.native(self._staging.open, image_id)
        try:
            # Before the image's state is told, from which on others may stage anew; what is open is read to its end.
            self.forget(image_id)
            yield _Blocking(reader), None
        finally:
            reader.close()

    @contextmanager
    def _fetched(self, uri: str) -> Iterator[tuple[Stream, int | None]]:
        download = self._web.open(uri)
        try:
            yield download, download.length
        finally:
            download.close()

    def _staged(self, reserved: Image) -> None:
        while True:
            current = self._records.get(reserved.id)
            if current.status != reserved.status:
                raise Conflict(f"Image {reserved.id} is {current.status.value}, not {reserved.status.value}")
            if self._records.replace(replace(current, status=ImageStatus.UPLOADING, updated_at=self._clock.now())):
                return


class _Blocking:
    """A file of a store, read in native threads."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, size: int, /) -> bytes:
        return concurrency.native(self._reader.read, size)
