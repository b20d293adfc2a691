"""Images that were made for operations on servers and that nobody wants any more: deleted, whoever died on the way."""

from __future__ import annotations

import contextlib
import logging

from nova_lite.core.clock import Clock
from nova_lite.core.context import system_context
from nova_lite.core.errors import Conflict, NotFound
from nova_lite.db.reads.unwanted_images import unwanted_images
from nova_lite.db.session import Database
from nova_lite.image.catalog import ImageCatalog

LOG = logging.getLogger(__name__)

GRACE = 30.0  # seconds that an image may wait for the operation of its request to be accepted


class UnwantedImages:
    """An image's record is made before the operation is accepted, whose end may be told to nobody who could delete it.

    Any number of processes may look at once.
    """

    def __init__(self, database: Database, images: ImageCatalog, clock: Clock, grace: float = GRACE) -> None:
        self._database, self._images, self._clock, self._grace = database, images, clock, grace

    def discard(self) -> list[str]:
        """Delete them; their ids. Raises the database's errors."""
        with self._database.read() as tx:
            found = unwanted_images(tx, self._clock.now() - self._grace)
        for image_id in found:
            with contextlib.suppress(NotFound, Conflict):
                self._images.delete(system_context(), image_id)
                LOG.warning("image %s is deleted: the operation on a server that made it is over", image_id)
        return found
