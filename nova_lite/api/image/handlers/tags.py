"""Tags, one at a time."""

from __future__ import annotations

from nova_lite.api.image.handlers.images import visible
from nova_lite.api.image.services import ImageServices
from nova_lite.api.request import Request
from nova_lite.core.errors import Invalid
from nova_lite.image.rules import MAX_TEXT


def add(request: Request[ImageServices]) -> None:
    """Add a tag."""
    tag = request.path["tag"]
    if len(tag) > MAX_TEXT:
        raise Invalid(f"Invalid input for field/attribute tag: longer than {MAX_TEXT} characters", field="tag")
    request.services.catalog.add_tag(request.context, visible(request).id, tag)


def remove(request: Request[ImageServices]) -> None:
    """Remove a tag."""
    request.services.catalog.remove_tag(request.context, visible(request).id, request.path["tag"])
