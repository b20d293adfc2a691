"""Compute's way to fill images: snapshots sent to an image service over HTTP, old backups deleted there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlencode

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict, NotFound, Unavailable
from nova_lite.image.session import Credentials, Session

ATTEMPTS = 6
PAUSE = 0.5  # seconds after the first attempt, doubled after each
FILLED = "active"


class ImageWriter:
    """``image_url`` with or without ``/v2``; ``timeout`` in seconds of silence."""

    def __init__(
        self, image_url: str, credentials: Credentials, clock: Clock, timeout: float = 60.0, pause: float = PAUSE
    ) -> None:
        self._session = Session(image_url, credentials, clock, timeout)
        self._pause = pause

    def upload(self, context: RequestContext, image_id: str, path: Path) -> None:
        """Send a file as the data of a queued image. An image that has data already is success.

        :raises NotFound: the image is gone. :raises Conflict: it is neither queued nor filled, for too long.
        :raises Forbidden, Unauthenticated, Invalid: as the service answered. :raises Unavailable: it did not.
        """
        pause = self._pause
        for attempt in range(ATTEMPTS):
            try:
                if self._status(context, image_id) == FILLED or self._sent(context, image_id, path):
                    return
            except Unavailable:
                if attempt == ATTEMPTS - 1:
                    raise
            concurrency.sleep(pause)  # an upload that was cut off must be noticed there before another begins
            pause *= 2
        raise Conflict(f"image {image_id} does not take its data", image_id=image_id)

    def record(self, context: RequestContext, image_id: str, name: str) -> None:
        """Have the record of a private qcow2 image of this service's own project. There already is success."""
        document = {
            "id": image_id, "name": name, "disk_format": "qcow2", "container_format": "bare", "visibility": "private",
        }
        answer = self._session.post(context, "/images", document)
        answer.require(201, 409)
        answer.close()

    def discard(self, context: RequestContext, image_id: str) -> None:
        """Delete an image that has no data (yet). Absent already is success."""
        try:
            if self._status(context, image_id) != FILLED:
                self.remove(context, image_id)
        except NotFound:
            return

    def remove(self, context: RequestContext, image_id: str) -> None:
        """Delete an image. Absent already is success."""
        answer = self._session.delete(context, f"/images/{quote(image_id, safe='')}")
        answer.require(204, 404)
        answer.close()

    def rotate(self, context: RequestContext, instance_uuid: str, backup_type: str, keep: int) -> None:
        """Delete all backups of an instance and a type but the newest ``keep``."""
        query = {"instance_uuid": instance_uuid, "backup_type": backup_type, "image_type": "backup",
                 "sort": "created_at:desc", "limit": "1000"}
        answer = self._session.get(context, f"/images?{urlencode(query)}")
        answer.require(200)
        listed = answer.document().get("images")
        for image in (listed if isinstance(listed, list) else [])[keep:]:
            self.remove(context, str(image["id"]))

    def _status(self, context: RequestContext, image_id: str) -> str:
        answer = self._session.get(context, f"/images/{quote(image_id, safe='')}")
        answer.require(200)
        return str(answer.document().get("status"))

    def _sent(self, context: RequestContext, image_id: str, path: Path) -> bool:
        """False when the image does not take data now."""
        with path.open("rb") as file:
            answer = self._session.put_file(
                context, f"/images/{quote(image_id, safe='')}/file", file, path.stat().st_size
            )
        if answer.status == 409:
            answer.close()
            return False
        answer.require(204)
        answer.close()
        return True
