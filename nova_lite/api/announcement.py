"""Announcement: what a client has changed through the API, told once for all dialects.

The name of an event comes from its route: the nouns of the path and what the method does to the last of them, or the
action. So a route that is added is told of without another word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from nova_lite.api.request import Json, Reply, Request
from nova_lite.api.routing import Route
from nova_lite.core.context import RequestContext
from nova_lite.notifications.payloads import ResourceChange

VERBS = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
SECRETS = frozenset({"adminpass", "password", "original_password", "private_key", "secret", "token", "blob"})
HIDDEN = "***"
_NO_NOUN = re.compile(r"^$|^\{|^v\d+(\.\d+)?$")  # a name, or the version that some dialects begin with

Tell = Callable[[str, ResourceChange, RequestContext], None]
"""Told of a change: its event type, its payload, and the request's context. Returns at once, never raises."""


def silent(event_type: str, payload: ResourceChange, context: RequestContext) -> None:
    """Tells nobody."""


def event_type(route: Route[Any]) -> str | None:
    """``flavor.create``, ``server.metadata.update``, ``server.lock``; None for a route that changes nothing."""
    verb = VERBS.get(route.method)
    if verb is None:
        return None
    nouns = [words(part) for part in route.path.strip("/").split("/") if not _NO_NOUN.match(part)]
    if route.action is not None:
        return ".".join((*map(_singular, nouns[:-1]), words(route.action)))
    return ".".join((*map(_singular, nouns), verb))


def announce(request: Request[Any], route: Route[Any], outcome: Json | Reply | None, status: int, tell: Tell,
             elsewhere: Collection[str]) -> None:
    """Tell of what a handler has done; ``elsewhere``: event types that others tell of, or that are secrets."""
    name = event_type(route)
    if name is None or name in elsewhere or status >= 400:
        return
    found = outcome.json if isinstance(outcome, Reply) else outcome
    tell(name, ResourceChange(
        service=request.http.script_name.strip("/").partition("/")[0],
        method=route.method, path=request.http.path, names=dict(request.path), status=status,
        resource=_told(found) if isinstance(found, Mapping) and route.action is None else {},
    ), request.context)


def _told(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            str(key): HIDDEN if str(key).lower() in SECRETS and item else _told(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_told(item) for item in value]
    return value


def words(text: str) -> str:
    """The name of an action or a segment as events have it: ``os-resetState`` is ``reset_state``."""
    plain = text.removeprefix("os-").removeprefix("OS-")
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", plain).replace("-", "_").lower()


def _singular(noun: str) -> str:
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "specs")) else noun
