"""Pages: the files of a noVNC that is installed on the host."""

from __future__ import annotations

import mimetypes
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

from nova_lite.console.request import Asked, answer

LARGEST = 8 << 20  # bytes of a page


def page(asked: Asked, root: Path | None) -> bytes:
    """The answer to a request for a page: a file below ``root``, and nothing that a link leads to outside of it."""
    if asked.method != "GET":
        return answer(HTTPStatus.METHOD_NOT_ALLOWED)
    if root is None:
        return answer(HTTPStatus.NOT_FOUND, b"Only websockets are served here.\n")
    try:
        top = root.resolve()
        path = (top / unquote(asked.path).lstrip("/")).resolve()
        if not path.is_relative_to(top) or not path.is_file() or path.stat().st_size > LARGEST:
            return answer(HTTPStatus.NOT_FOUND)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return answer(HTTPStatus.OK, path.read_bytes(), kind)
    except (OSError, ValueError):
        return answer(HTTPStatus.NOT_FOUND)
