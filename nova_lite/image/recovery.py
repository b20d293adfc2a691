"""Uploads whose process was killed: their images wait for data again, what was written of them goes."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from msgspec.structs import replace

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.image.records import ImageRecords
from nova_lite.image.store.base import ImageStore
from nova_lite.objects.image import Image, ImageFilter, ImageQuery, ImageStatus

LOG = logging.getLogger(__name__)

# Seconds that an image may be without a process that writes it: between its reservation and the first byte, and between
# the last byte and its record; an import may be waiting for its turn.
IDLE = {ImageStatus.SAVING: 10.0, ImageStatus.IMPORTING: 300.0}
BATCH = 1000

_SAVING = ImageQuery(
    all_projects=True, visibility="all", filters=(ImageFilter(
        field="status", operator="in", values=(ImageStatus.SAVING.value, ImageStatus.IMPORTING.value)
    ),),
    sort=(("updated_at", False),), limit=BATCH,
)


class UploadRecovery:
    """Any number of processes may run it at once: an image is changed by compare-and-swap.

    ``stores``: wherever an upload may be writing.
    """

    def __init__(self, records: ImageRecords, stores: Sequence[ImageStore], clock: Clock) -> None:
        self._records = records
        self._stores = stores
        self._clock = clock

    def run(self) -> list[str]:
        """Queue again what nobody saves any more; ids of the images. Sweeps the store of what was left."""
        now = self._clock.now()
        queued = [image.id for image in self._records.find(_SAVING) if self._dead(image, now) and self._queue(image)]
        for store in self._stores:
            concurrency.native(store.sweep, now - max(IDLE.values()))
        return queued

    def _dead(self, image: Image, now: float) -> bool:
        written = [concurrency.native(store.last_write, image.id) or 0.0 for store in self._stores]
        return max(image.updated_at, *written) < now - IDLE[image.status]

    def _queue(self, image: Image) -> bool:
        done = self._records.replace(replace(image, status=ImageStatus.QUEUED, updated_at=self._clock.now()))
        if done:
            LOG.warning("nobody uploads image %s any more; it is queued again", image.id)
        return done
