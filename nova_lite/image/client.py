"""Compute's way to images: an image service over HTTP, ours or a real Glance, with credentials of compute's own."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Unavailable
from nova_lite.image.http import Answer
from nova_lite.image.session import Credentials, Session
from nova_lite.objects.image import ImageMeta

ATTEMPTS = 3
PAUSE = 0.5

_NOT_PROPERTIES = frozenset({
    "id", "name", "status", "visibility", "protected", "checksum", "owner", "size", "virtual_size", "container_format",
    "disk_format", "min_disk", "min_ram", "created_at", "updated_at", "tags", "self", "file", "schema", "os_hidden",
    "os_hash_algo", "os_hash_value", "direct_url", "locations", "stores",
})
_RESERVED = "os_glance_"  # what the service notes for itself during an import


class ImageClient:
    """Shows and downloads images. ``image_url`` with or without ``/v2``; ``timeout`` in seconds of silence.

    ``pause``: seconds after the first failed attempt, doubled after each.
    """

    def __init__(
        self, image_url: str, credentials: Credentials, clock: Clock, timeout: float = 60.0, pause: float = PAUSE
    ) -> None:
        self._session = Session(image_url, credentials, clock, timeout)
        self._pause = pause

    def show(self, context: RequestContext, image_id: str) -> ImageMeta:
        """What the service says of an image.

        :raises NotFound, Forbidden, Unauthenticated: as it answered. :raises Unavailable: it did not.
        """
        answer = self._get(context, f"/images/{quote(image_id, safe='')}")
        answer.require(200)
        return meta_of(answer.document())

    def download(self, context: RequestContext, image_id: str) -> Iterator[bytes]:
        """The data in blocks of at most 1 MiB, one attempt: whoever has taken some must begin again after an error.

        :raises NotFound: no such image, or it has no data. :raises Forbidden, Unauthenticated: as it answered.
        :raises Unavailable: it did not answer, or broke off.
        """
        answer = self._get(context, f"/images/{quote(image_id, safe='')}/file")
        if answer.status == 204:
            answer.close()
            return iter(())
        answer.require(200)
        return answer.blocks()

    def _get(self, context: RequestContext, path: str) -> Answer:
        """An answer that is not 401 for an old token, nor an error of the connection that passes."""
        pause = self._pause
        for _ in range(ATTEMPTS - 1):
            try:
                return self._authorized(context, path)
            except Unavailable:
                concurrency.sleep(pause)
                pause *= 2
        return self._authorized(context, path)

    def _authorized(self, context: RequestContext, path: str) -> Answer:
        answer = self._session.get(context, path)
        if answer.status in (500, 502, 503, 504):
            answer.require(200)
        return answer


def meta_of(document: dict[str, object]) -> ImageMeta:
    """What a boot needs of an image's document."""
    def text(key: str) -> str:
        return str(document.get(key) or "")

    def whole(key: str) -> int:
        value = document.get(key)
        return value if isinstance(value, int) else 0

    # An image from before Glance knew better hashes has only an MD5.
    hashed = ("os_hash_algo", "os_hash_value") if document.get("os_hash_value") else ("", "checksum")
    return ImageMeta(
        id=text("id"), name=text("name"), status=text("status"), disk_format=text("disk_format"),
        container_format=text("container_format"), size=whole("size"), virtual_size=whole("virtual_size") or None,
        hash_algo=text(hashed[0]) or "md5", hash_value=text(hashed[1]), min_disk=whole("min_disk"),
        min_ram=whole("min_ram"),
        properties={
            key: value for key, value in document.items()
            if key not in _NOT_PROPERTIES and not key.startswith(_RESERVED) and isinstance(value, str)
        },
    )
