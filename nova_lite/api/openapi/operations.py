"""One method of one path: all routes that share it, whatever their action and microversions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from nova_lite.api.faults import reason
from nova_lite.api.microversions import ByVersion, Microversion
from nova_lite.api.openapi import faults
from nova_lite.api.routing import Route
from nova_lite.api.validation import Schema

S = TypeVar("S")

Json = Mapping[str, object]
Spans = list[tuple[Microversion | None, Microversion | None, Schema]]  # (since, until, what holds between them)

_NOT_A_WORD = re.compile(r"[^A-Za-z0-9]+")


def operation(routes: Sequence[Route[S]], versioned: bool) -> Json:
    """The operation object of routes with the same method and path."""
    first = routes[0]
    found: dict[str, object] = {
        "operationId": _NOT_A_WORD.sub("_", f"{first.method} {first.path}").strip("_").lower(),
        "summary": _summary(first),
        "parameters": _query(routes),
        "responses": _responses(routes, versioned),
        "x-openstack": {"operations": [_marks(route) for route in routes]},
    }
    body = _body(routes)
    if body:
        found["requestBody"] = body
    if all(route.public for route in routes):
        found["security"] = []
    return found


def _summary(route: Route[S]) -> str:
    if route.action is not None:
        return "An action, named by the body's one key."
    words = (route.handler.__doc__ or "").strip()
    return words.splitlines()[0] if words else f"{route.method} {route.path}"


def _marks(route: Route[S]) -> Json:
    return {
        **_span(route.since, route.until),
        **({"action": route.action} if route.action is not None else {}),
        **({"rule": route.rule} if route.rule is not None else {}),
    }


def _span(since: Microversion | None, until: Microversion | None) -> Json:
    return {
        **({"min-ver": str(since)} if since is not None else {}),
        **({"max-ver": str(until)} if until is not None else {}),
    }


def _spans(table: ByVersion[Schema] | Schema | None, route: Route[S]) -> Spans:
    """The schemas of a table that a route can meet, each with the microversions between which it holds."""
    if table is None:
        return []
    if isinstance(table, Schema):
        return [(route.since, route.until, table)]
    entries = table.entries()
    ends = [Microversion(start.major, start.minor - 1) for start, _ in entries[1:]]
    spans: Spans = []
    for (start, schema), end in zip(entries, [*ends, None], strict=True):
        since = max(start, route.since or start)
        until = min((bound for bound in (end, route.until) if bound is not None), default=None)
        if until is None or since <= until:
            spans.append((since, until, schema))
    return spans


def _query(routes: Sequence[Route[S]]) -> Sequence[Json]:
    """Parameters in their latest form, from the first microversion that knows them to the last."""
    seen: dict[str, Spans] = {}
    for route in routes:
        for since, until, schema in _spans(route.query, route):
            for name, piece in _properties(schema):
                seen.setdefault(name, []).append((since, until, Schema(piece)))
    return [
        {"name": name, "in": "query", "schema": spans[-1][2].document,
         "x-openstack": _span(spans[0][0], spans[-1][1])}
        for name, spans in seen.items()
    ]


def _properties(schema: Schema) -> Iterator[tuple[str, Json]]:
    declared = schema.document.get("properties")
    if isinstance(declared, Mapping):
        yield from declared.items()


def _body(routes: Sequence[Route[S]]) -> Json | None:
    streams = [route for route in routes if route.body_kind == "stream"]
    if streams:
        return {"required": True, "content": {media: {} for media in streams[0].media}}
    alternatives = [
        {**schema.document, "x-openstack": {**_marks(route), **_span(since, until)}}
        for route in routes for since, until, schema in _spans(route.body, route)
    ]
    if not alternatives:
        return None
    by = "action" if routes[0].action is not None else "microversion"
    whole = {"anyOf": alternatives, "x-openstack": {"discriminator": by}} if len(alternatives) > 1 else alternatives[0]
    return {"required": True, "content": {"application/json": {"schema": whole}}}


def _responses(routes: Sequence[Route[S]], versioned: bool) -> Json:
    found: dict[str, object] = {}
    for route in routes:
        for since, status in _statuses(route):
            found.setdefault(str(status), {"description": reason(status), "x-openstack": _span(since, None)})
    for status in faults.expected(routes, versioned):
        found[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return found


def _statuses(route: Route[S]) -> Sequence[tuple[Microversion | None, int]]:
    if isinstance(route.success, int):
        return [(route.since, route.success)]
    return route.success.entries()
