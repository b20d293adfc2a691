"""Routes as data, and the tree that finds them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Literal, TypeVar

from nova_lite.api.microversions import UNVERSIONED, ByVersion, Microversion
from nova_lite.api.policy import Target
from nova_lite.api.request import Json, Reply, Request
from nova_lite.api.validation import Schema

S = TypeVar("S")

Handler = Callable[[Request[S]], Json | Reply | None]

BodyKind = Literal["json", "stream"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Route(Generic[S]):
    """One thing that can be asked.

    ``path`` names its variable segments in braces: ``/servers/{server_id}/metadata/{key}``. ``action`` is the one
    key of the body that chooses among the routes of an ``.../action`` path. ``since`` and ``until`` (inclusive) are
    microversions. ``rule`` is held, before the body is looked at, against the caller's own project or what ``target``
    makes of the path; with ``late`` the handler itself calls ``request.authorize(target)`` once it has found that.
    ``public`` routes need no token and no rule; a route with neither is for anybody with a valid token. ``body_kind``
    ``stream`` leaves the body unread for the handler, which takes one of the ``media`` types.
    """

    method: str
    path: str
    handler: Handler[S]
    rule: str | None = None
    target: Callable[[Request[S]], Target] | None = None
    late: bool = False
    public: bool = False
    success: int | ByVersion[int] = 200
    since: Microversion | None = None
    until: Microversion | None = None
    action: str | None = None
    body: ByVersion[Schema] | Schema | None = None
    query: ByVersion[Schema] | Schema | None = None
    body_kind: BodyKind = "json"
    media: tuple[str, ...] = ("application/octet-stream",)

    def serves(self, version: Microversion) -> bool:
        """Whether the route exists at a microversion."""
        if version == UNVERSIONED:
            return True
        return (self.since is None or self.since <= version) and (self.until is None or version <= self.until)


def at(table: ByVersion[Schema] | Schema | None, version: Microversion) -> Schema | None:
    """The schema that holds at a microversion."""
    return table.at(version) if isinstance(table, ByVersion) else table


@dataclasses.dataclass(frozen=True)
class Match(Generic[S]):
    """The routes of a path, whatever their method, action and microversion; and the values of its names."""

    routes: Sequence[Route[S]]
    path: Mapping[str, str]


class _Node(Generic[S]):
    def __init__(self) -> None:
        self.named: dict[str, _Node[S]] = {}
        self.variable: _Node[S] | None = None
        self.routes: list[tuple[Route[S], tuple[str, ...]]] = []


class Router(Generic[S]):
    """Finds routes by path; a literal segment goes before a variable one."""

    def __init__(self, routes: Sequence[Route[S]]) -> None:
        self._root: _Node[S] = _Node()
        for route in routes:
            self._add(route)

    def _add(self, route: Route[S]) -> None:
        node = self._root
        names: list[str] = []
        for segment in _segments(route.path):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.named.setdefault(segment, _Node())
        node.routes.append((route, tuple(names)))

    def match(self, path: str) -> Match[S] | None:
        """The routes of a path; None when there are none."""
        return self._walk(self._root, _segments(path), ())

    def _walk(self, node: _Node[S], segments: Sequence[str], values: tuple[str, ...]) -> Match[S] | None:
        if not segments:
            if not node.routes:
                return None
            return Match([route for route, _ in node.routes], dict(zip(node.routes[0][1], values, strict=True)))
        head, rest = segments[0], segments[1:]
        if head in node.named:
            found = self._walk(node.named[head], rest, values)
            if found is not None:
                return found
        if node.variable is None or not head:
            return None
        return self._walk(node.variable, rest, (*values, head))


def _segments(path: str) -> list[str]:
    trimmed = path.strip("/")
    return trimmed.split("/") if trimmed else []
