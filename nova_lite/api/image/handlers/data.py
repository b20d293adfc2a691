"""The data of an image, in and out, streaming."""

from __future__ import annotations

import re

from nova_lite.api.errors import UnsupportedMediaType
from nova_lite.api.image.handlers.images import visible
from nova_lite.api.image.services import ImageServices
from nova_lite.api.request import Reply, Request
from nova_lite.core.errors import Invalid
from nova_lite.image.inspection import FormatRefused

OCTETS = "application/octet-stream"

# As many digits as any size has: Python refuses to read a number of thousands.
_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
_RANGE = re.compile(r"bytes=([0-9]{0,19})-([0-9]{0,19})", re.ASCII)


def upload(request: Request[ImageServices]) -> None:
    """Take the data of a queued image."""
    image = visible(request)
    if request.http.content_type != OCTETS:
        raise UnsupportedMediaType(f"Unsupported Content-Type {request.http.content_type}; {OCTETS} is expected")
    try:
        request.services.data.upload(image, request.http.environ["wsgi.input"], announced_length(request))
    except FormatRefused as error:
        raise UnsupportedMediaType(error.message, **error.details) from error


def download(request: Request[ImageServices]) -> Reply:
    """The data, or one range of them; 204 while there are none."""
    image = visible(request)
    if image.location is None:
        return Reply(status=204)
    size = image.size or 0
    asked = _range(request.http.headers.get("Range"), size)
    start, end = asked or (0, size)
    headers = {"Content-Length": str(end - start), "Accept-Ranges": "bytes"}
    if start >= end and asked is not None:
        return Reply(status=416, body=b"", headers={"Content-Range": f"bytes */{size}"})
    if asked is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    elif image.checksum:
        headers["Content-MD5"] = image.checksum
    stream = request.services.data.download(request.context, image, start, end - start)
    return Reply(status=206 if asked else 200, stream=stream, content_type=OCTETS, headers=headers)


def announced_length(request: Request[ImageServices]) -> int | None:
    """Bytes that the client announced; None where it sends chunks until it is done and says no more."""
    announced = {
        name: _count(name, request.http.headers[name])
        for name in ("Content-Length", "X-OpenStack-Image-Size")
        if name in request.http.headers
    }
    if len(set(announced.values())) > 1:
        raise Invalid(f"The announced sizes differ: {announced}", field="X-OpenStack-Image-Size")
    return next(iter(announced.values()), None)


def _count(name: str, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Invalid(f"{name} {text!r} is not a number of bytes.", field=name)
    return int(text)


def _range(header: str | None, size: int) -> tuple[int, int] | None:
    """(start, end) of one range in bytes, end exclusive; None where all is asked for or nothing that we know."""
    match = _RANGE.fullmatch(header or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(int(last) + 1, size) if last else size
