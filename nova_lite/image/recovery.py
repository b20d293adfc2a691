"""Uploads whose process was killed: their images wait for data again, what was written of them goes."""

from __future__ import annotations

import logging

from msgspec.structs import replace

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.image.records import ImageRecords
from nova_lite.image.store.base import ImageStore
from nova_lite.objects.image import Image, ImageFilter, ImageQuery, ImageStatus

LOG = logging.getLogger(__name__)

IDLE = 300.0  # seconds without a written block after which an upload is dead; servers cut silent clients long before
BATCH = 1000

_SAVING = ImageQuery(
    all_projects=True, visibility="all", filters=(ImageFilter(field="status", values=(ImageStatus.SAVING.value,)),),
    sort=(("updated_at", False),), limit=BATCH,
)


class UploadRecovery:
    """Any number of processes may run it at once: an image is changed by compare-and-swap."""

    def __init__(self, records: ImageRecords, store: ImageStore, clock: Clock, idle: float = IDLE) -> None:
        self._records = records
        self._store = store
        self._clock = clock
        self._idle = idle

    def run(self) -> list[str]:
        """Queue again what nobody saves any more; ids of the images. Sweeps the store of what was left."""
        before = self._clock.now() - self._idle
        queued = [image.id for image in self._records.find(_SAVING) if self._dead(image, before) and self._queue(image)]
        concurrency.native(self._store.sweep, before)
        return queued

    def _dead(self, image: Image, before: float) -> bool:
        written = concurrency.native(self._store.last_write, image.id)
        return max(image.updated_at, written or 0.0) < before

    def _queue(self, image: Image) -> bool:
        done = self._records.replace(replace(image, status=ImageStatus.QUEUED, updated_at=self._clock.now()))
        if done:
            LOG.warning("nobody uploads image %s any more; it is queued again", image.id)
        return done
