"""The application in place of a dialect that another service speaks: it says where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nova_lite.core.errors import NotFound

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class Elsewhere:
    """:raises NotFound: always; ``what`` is served at ``url``."""

    def __init__(self, what: str, url: str) -> None:
        self._message = f"This cloud's {what} service is at {url}."
        self._url = url

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise NotFound(self._message, url=self._url)
