"""Version documents of the image dialect. None of them needs a token."""

from __future__ import annotations

from nova_lite.api.image.services import ImageServices
from nova_lite.api.request import Json, Reply, Request

CURRENT = 7
"""The minor version whose features are there: hidden images and hashes. Later ones are about several stores."""


def index(request: Request[ImageServices]) -> Json:
    """The versions there are."""
    link = {"rel": "self", "href": f"{request.base_url}/v2/"}
    return {
        "versions": [
            {"id": f"v2.{minor}", "status": "CURRENT" if minor == CURRENT else "SUPPORTED", "links": [link]}
            for minor in range(CURRENT, -1, -1)
        ]
    }


def choices(request: Request[ImageServices]) -> Reply:
    """The same to whoever named no version."""
    return Reply(status=300, json=index(request))
