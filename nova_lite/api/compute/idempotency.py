"""Idempotency-Key: a create that is sent twice makes its servers once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

from nova_lite.core.errors import Invalid
from nova_lite.objects.idempotency import Once

HEADER = "Idempotency-Key"
_TOKEN = re.compile(r"[!-~]{1,255}")


def once(headers: Mapping[str, str], body: Mapping[str, object], project_id: str) -> Once | None:
    """What the request is known by; None when its client gives no token.

    :raises Invalid: the token is no word of 1 to 255 printable ASCII characters.
    """
    token = headers.get(HEADER)
    if token is None:
        return None
    if not _TOKEN.fullmatch(token):
        raise Invalid(f"{HEADER} must be 1 to 255 printable characters without blanks.", field=HEADER)
    # Sorted: the same body, however the client happens to order its members.
    content = msgspec.json.encode(body, order="deterministic")
    return Once(project_id=project_id, token=token, fingerprint=hashlib.sha256(content).hexdigest())
