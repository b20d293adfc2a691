"""The API's way to the images of a real Glance: looked up, recorded and deleted for callers with a user of our own.

A caller's token is not passed on: it may end before the work does, and a boot is no place to ask for another. So the
service's user must be an administrator of that Glance, and what a caller may see is decided here, by the same rule as
over the embedded records.
"""

from __future__ import annotations

from urllib.parse import quote

from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext, system_context
from nova_lite.core.errors import NotFound
from nova_lite.image import rules
from nova_lite.image.client import meta_of
from nova_lite.image.session import Credentials, Session
from nova_lite.objects.image import Image, ImageMember, ImageMeta, MemberStatus, Visibility

TIMEOUT = 20.0  # seconds: a client of ours waits meanwhile

Document = dict[str, object]


class RemoteImages:
    """``image_url`` with or without ``/v2``. Nothing is asked before it is needed.

    Every method :raises Unavailable: that Glance, or the identity service, does not answer.
    """

    def __init__(self, image_url: str, credentials: Credentials, clock: Clock, timeout: float = TIMEOUT) -> None:
        self._session = Session(image_url, credentials, clock, timeout)

    def get_meta(self, context: RequestContext, image_id: str) -> ImageMeta:
        """What a boot needs to know of an image.

        :raises NotFound: there is none of this id for the caller.
        """
        return meta_of(self._seen(context, image_id))

    def create(self, image: Image) -> Image:
        """Record a new image, queued, with the id and the owner that it was given.

        :raises Invalid, Forbidden: as Glance answered.
        """
        document = {
            **image.properties, "id": image.id, "name": image.name, "owner": image.owner,
            "visibility": image.visibility.value, "disk_format": image.disk_format,
            "container_format": image.container_format, "min_disk": image.min_disk, "min_ram": image.min_ram,
            "tags": list(image.tags), "protected": image.protected,
        }
        answer = self._session.post(system_context(), "/images", document)
        answer.require(201)
        answer.close()
        return image

    def delete(self, context: RequestContext, image_id: str) -> None:
        """Delete an image and its data.

        :raises NotFound: there is none of this id for the caller. :raises Forbidden: it is protected.
        """
        rules.check_delete(_shadow(self._seen(context, image_id)))
        answer = self._session.delete(context, _path(image_id))
        answer.require(204, 404)
        answer.close()

    def _seen(self, context: RequestContext, image_id: str) -> Document:
        answer = self._session.get(context, _path(image_id))
        answer.require(200)
        document = answer.document()
        if not rules.sees(context, _shadow(document), self._membership(context, document)):
            raise NotFound(f"No image found with ID {image_id}", image_id=image_id)
        return document

    def _membership(self, context: RequestContext, document: Document) -> ImageMember | None:
        """How the image is shared with the caller's project; asked only where an answer would matter."""
        if not context.project_id or rules.sees(context, _shadow(document), None):
            return None
        member = quote(context.project_id, safe="")
        answer = self._session.get(context, f"{_path(str(document['id']))}/members/{member}")
        answer.require(200, 403, 404)  # 403: the image is not shared with anybody
        if answer.status != 200:
            answer.close()
            return None
        status = MemberStatus(str(answer.document()["status"]))
        return ImageMember(
            image_id=str(document["id"]), member_id=context.project_id, status=status, created_at=0.0, updated_at=0.0
        )


def _path(image_id: str) -> str:
    return f"/images/{quote(image_id, safe='')}"


def _shadow(document: Document) -> Image:
    """As much of the record as rules look at."""
    owner = document.get("owner")
    return Image(
        id=str(document["id"]), owner=None if owner is None else str(owner),
        visibility=Visibility(str(document["visibility"])), protected=bool(document.get("protected")),
        created_at=0.0, updated_at=0.0,
    )
