"""What this service can do beyond the basics."""

from __future__ import annotations

from nova_lite.api.image.services import ImageServices
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import NotFound


def imports(request: Request[ImageServices]) -> Json:
    """The ways to import images other than uploading them: none."""
    return {"import-methods": {"description": "Import methods available.", "type": "array", "value": []}}


def stores(request: Request[ImageServices]) -> Json:
    """:raises NotFound: there is one store, and it is not told."""
    raise NotFound("Multi backend is not supported at this site.")
