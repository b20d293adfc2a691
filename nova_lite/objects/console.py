"""Where a console is entered, and what its tokens look like."""

from __future__ import annotations

import re
from uuid import UUID

from nova_lite.objects.base import Value

_TOKEN = re.compile(r"([0-9a-f]{32})[A-Za-z0-9_-]{43}")


class ConsoleAddress(Value, frozen=True, kw_only=True):
    """What a token opens: a websocket to ``path`` at ``port`` of ``host``, which speaks with the instance."""

    instance_uuid: str
    host: str
    port: int
    path: str


def token_for(instance_uuid: str, secret: str) -> str:
    """A token: a secret behind the id of its instance, whose host knows whether it is good."""
    return instance_uuid.replace("-", "") + secret


def instance_of(token: str) -> str | None:
    """The instance that a token claims to be for; None when it is no token."""
    match = _TOKEN.fullmatch(token)
    return str(UUID(match[1])) if match else None
