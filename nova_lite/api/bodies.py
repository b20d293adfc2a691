"""Reading a request's body: its size before its bytes, its language before its words."""

from __future__ import annotations

import msgspec
import webob

from nova_lite.api.errors import UnsupportedMediaType
from nova_lite.core.errors import Invalid, TooLarge

# Levels of a document: what is read must be written again, and by libraries that go no deeper than they can.
DEEPEST = 64


def read_json(http: webob.Request, limit: int) -> object:
    """The parsed body; None when there is none.

    :raises TooLarge: it is, or declares itself, longer than ``limit`` bytes; nothing beyond was read.
    :raises UnsupportedMediaType: it says that it is not JSON.
    :raises Invalid: it is not JSON, or not UTF-8.
    """
    raw = _read(http, limit)
    if not raw:
        return None
    kind = http.content_type
    if kind and kind.lower() != "application/json":
        raise UnsupportedMediaType(f"Unsupported Content-Type {kind}", content_type=kind)
    return parsed(raw)


def parsed(raw: bytes) -> object:
    """The document that a body is. :raises Invalid: it is not JSON, not UTF-8, or holds what nobody keeps."""
    try:
        document = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"Malformed request body: {error}") from None
    # No database keeps a NUL in a text, and no name needs one.
    if b"\\u0000" in raw:
        raise Invalid("Malformed request body: a string holds the character U+0000")
    # Each bracket but those in texts opens a level: few bodies have so many.
    if raw.count(b"{") + raw.count(b"[") > DEEPEST and _depth(document) > DEEPEST:
        raise Invalid(f"Malformed request body: it is nested in more than {DEEPEST} levels")
    return document


def _depth(document: object) -> int:
    depth, level = 0, [document]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return depth


def _read(http: webob.Request, limit: int) -> bytes:
    declared = http.environ.get("CONTENT_LENGTH")
    chunked = http.headers.get("Transfer-Encoding", "").lower() == "chunked"
    if not chunked:
        length = _length(declared)
        if length > limit:
            raise TooLarge(f"The request body is {length} bytes; the limit is {limit}.", limit=limit)
        return _take(http, length)
    if declared:
        # Two lengths are how one request is smuggled inside another.
        raise Invalid("A request has either Content-Length or Transfer-Encoding.", field="Content-Length")
    raw = _take(http, limit + 1)
    if len(raw) > limit:
        raise TooLarge(f"The request body is longer than the limit of {limit} bytes.", limit=limit)
    return raw


def _length(declared: str | None) -> int:
    if not declared:
        return 0
    if not (declared.isascii() and declared.isdigit()):
        raise Invalid(f"Content-Length {declared!r} is not a number of bytes.", field="Content-Length")
    return int(declared)


class Stream:
    """A body as it comes, for who takes it block by block.

    :raises Invalid: from ``read``: the client's chunks are malformed, or it is gone.
    """

    def __init__(self, http: webob.Request) -> None:
        self._source = http.environ["wsgi.input"]

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        try:
            block: bytes = self._source.read(size)
        except (ValueError, OSError) as error:
            raise Invalid(f"The request body ended before its end: {error}") from error
        return block


def _take(http: webob.Request, count: int) -> bytes:
    stream = Stream(http)
    parts: list[bytes] = []
    while count > 0:
        part = stream.read(count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
