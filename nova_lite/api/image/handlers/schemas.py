"""The schemas of the documents, for clients that ask for them."""

from __future__ import annotations

from nova_lite.api.image.schemas import images, members
from nova_lite.api.image.services import ImageServices
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import NotFound

SCHEMAS: dict[str, Json] = {
    "image": images.IMAGE, "images": images.IMAGES, "member": members.MEMBER, "members": members.MEMBERS,
}


def show(request: Request[ImageServices]) -> Json:
    """One schema by name."""
    name = request.path["name"]
    if name not in SCHEMAS:
        raise NotFound("The resource could not be found.")
    return SCHEMAS[name]
