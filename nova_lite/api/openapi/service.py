"""The document of a dialect as one more of its routes."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from nova_lite.api.microversions import VersionRange
from nova_lite.api.openapi.document import Description, document
from nova_lite.api.request import Reply, Request
from nova_lite.api.routing import Route

S = TypeVar("S")

PATH = "/openapi.json"


class _Document(Generic[S]):
    def __init__(self, description: Description, routes: Sequence[Route[S]]) -> None:
        self._description, self._routes = description, routes

    @functools.cached_property
    def _encoded(self) -> bytes:
        return msgspec.json.encode(document(self._description, self._routes))

    def show(self, request: Request[S]) -> Reply:
        """The dialect as an OpenAPI document."""
        return Reply(body=self._encoded)


def documented(
    routes: Sequence[Route[S]], title: str, mount: str, versions: VersionRange | None = None
) -> tuple[Route[S], ...]:
    """The routes, and one more without a token: ``/openapi.json``, generated when it is first asked for.

    ``title`` is the dialect's name in the fault table (``compute``), ``mount`` the path where it is served.
    """
    description = Description(dialect=title, mount=mount, versions=versions)
    shown: Route[S] = Route(method="GET", path=PATH, handler=_Document(description, routes).show, public=True)
    return (*routes, shown)
