"""An image, and a page of images, as documents."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from nova_lite.api.image.fields import writable
from nova_lite.api.request import Query
from nova_lite.core.clock import isoformat
from nova_lite.image.data import STORE_ID
from nova_lite.objects.image import Image


def show(image: Image) -> dict[str, object]:
    """One image; custom properties stand among the others."""
    path = f"/v2/images/{image.id}"
    return {
        **writable(image),
        "status": image.status.value,
        "checksum": image.checksum,
        "os_hash_algo": image.hash_algo,
        "os_hash_value": image.hash_value,
        "size": image.size,
        "virtual_size": image.virtual_size,
        "created_at": isoformat(image.created_at),
        "updated_at": isoformat(image.updated_at),
        "self": path,
        "file": f"{path}/file",
        "schema": "/v2/schemas/image",
        **({} if image.location is None else {"stores": STORE_ID}),
    }


def index(images: Sequence[Image], query: Query, limit: int) -> dict[str, object]:
    """A page. There may be a next one when this one is full."""
    kept = [(name, value) for name, values in query.items() for value in values if name != "marker"]
    page: dict[str, object] = {
        "images": [show(image) for image in images], "first": _link(kept), "schema": "/v2/schemas/images",
    }
    if images and len(images) == limit:
        page["next"] = _link([*kept, ("marker", images[-1].id)])
    return page


def _link(parameters: Sequence[tuple[str, str]]) -> str:
    return f"/v2/images?{urlencode(parameters)}" if parameters else "/v2/images"
