"""One HTTP exchange at a time over the standard library's client, with its errors in our words.

Sockets and names are all it waits for, so it is cooperative under monkey-patching.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO
from urllib.parse import SplitResult, urlsplit

from nova_lite.core.errors import Forbidden, Invalid, NotFound, NovaLiteError, Unauthenticated, Unavailable

BLOCK = 1 << 20
MAX_DOCUMENT = 4 << 20  # bytes of a JSON answer
_KINDS: dict[int, type[NovaLiteError]] = {400: Invalid, 401: Unauthenticated, 403: Forbidden, 404: NotFound}


class Answer:
    """A response whose body is still to be read. Close it, or read it to its end."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse, url: str) -> None:
        self._connection = connection
        self._response = response
        self._url = url

    @property
    def status(self) -> int:
        return self._response.status

    def header(self, name: str) -> str | None:
        return self._response.headers.get(name)

    def blocks(self) -> Iterator[bytes]:
        """The body in blocks of at most 1 MiB. :raises Unavailable: the connection broke, or the body ended early."""
        try:
            while block := self._response.read(BLOCK):
                yield block
            # A body shorter than announced reads like its end.
            if self._response.length:
                raise Unavailable(f"{self._url} ended {self._response.length} bytes early")
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"{self._url} broke off: {error!r}") from error
        finally:
            self.close()

    def document(self) -> dict[str, object]:
        """The body as a JSON object. :raises Unavailable: it is none."""
        try:
            parsed = json.loads(self._response.read(MAX_DOCUMENT))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unavailable(f"{self._url} did not answer with JSON: {error!r}") from error
        finally:
            self.close()
        if not isinstance(parsed, dict):
            raise Unavailable(f"{self._url} did not answer with a JSON object")
        return parsed

    def require(self, *statuses: int) -> None:
        """:raises NovaLiteError: the status is none of these; the kind is that of the status."""
        if self.status in statuses:
            return
        self.close()
        kind = _KINDS.get(self.status, Unavailable)
        raise kind(f"{self._url} answered {self.status} {self._response.reason}", status=self.status)

    def close(self) -> None:
        self._response.close()
        self._connection.close()


def exchange(
    method: str, url: str, headers: Mapping[str, str], timeout: float, body: bytes | BinaryIO | None = None
) -> Answer:
    """Send a request and wait for the head of its answer. ``timeout``: seconds for which the peer may be silent.

    :raises Unavailable: the peer cannot be reached, is silent, or does not speak HTTP.
    """
    parts = urlsplit(url)
    connection = _connection(parts, timeout)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, path or "/", body=body, headers=dict(headers))
        return Answer(connection, connection.getresponse(), url)
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise Unavailable(f"{url} does not answer: {error!r}") from error


def _connection(parts: SplitResult, timeout: float) -> http.client.HTTPConnection:
    if parts.hostname is None or parts.scheme not in ("http", "https"):
        raise Invalid(f"{parts.geturl()!r} is no URL of HTTP")
    if parts.scheme == "https":
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout)
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
