"""Interoperable import: stage data, then let the service make an image of them, or of what it fetches itself."""

from __future__ import annotations

from typing import cast

from nova_lite.api.errors import UnsupportedMediaType
from nova_lite.api.image.handlers.data import OCTETS, announced_length
from nova_lite.api.image.handlers.images import visible
from nova_lite.api.image.services import ImageServices
from nova_lite.api.request import Json, Reply, Request
from nova_lite.core import concurrency
from nova_lite.core.errors import Invalid, NotFound
from nova_lite.image.data import STORE_ID


def stage(request: Request[ImageServices]) -> None:
    """Keep data of a queued image until they are imported."""
    image = visible(request)
    if request.http.content_type != OCTETS:
        raise UnsupportedMediaType(f"Unsupported Content-Type {request.http.content_type}; {OCTETS} is expected")
    request.services.imports.stage(image, request.http.environ["wsgi.input"], announced_length(request))


def begin(request: Request[ImageServices]) -> Reply:
    """Import in the background; the image's status tells when it is done."""
    image = visible(request)
    method = cast("dict[str, str]", request.member("method"))
    stores = cast("list[str]", request.body.get("stores") or [])
    if set(stores) - {STORE_ID}:
        raise Invalid(f"There is one store, {STORE_ID}: {', '.join(stores)}", field="stores")
    concurrency.spawn(request.services.imports.begin(image, method["name"], method.get("uri", "")))
    return Reply()


def methods(request: Request[ImageServices]) -> Json:
    """The ways to import images."""
    offered = list(request.services.imports.methods)
    return {"import-methods": {"description": "Import methods available.", "type": "array", "value": offered}}


def stores(request: Request[ImageServices]) -> Json:
    """The one store there is."""
    return {"stores": [{"id": STORE_ID, "description": "The images of this cloud", "default": "true"}]}


def tasks(request: Request[ImageServices]) -> Json:
    """What the service does by itself is told by its images, not by tasks: there are none."""
    return {"tasks": [], "first": "/v2/tasks", "schema": "/v2/schemas/tasks"}


def task(request: Request[ImageServices]) -> Json:
    """:raises NotFound: always, see :func:`tasks`."""
    raise NotFound(f"Failed to find task {request.path['task_id']}")
