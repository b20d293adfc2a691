"""What can go wrong, in the words of a dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from nova_lite.api.faults import RENDERERS, reason
from nova_lite.api.routing import Route

S = TypeVar("S")

Json = Mapping[str, object]

STATUSES = (400, 401, 403, 404, 405, 406, 409, 413, 415, 501, 503)


def expected(routes: Sequence[Route[S]], versioned: bool) -> tuple[int, ...]:
    """Statuses that the routes of one method and path may refuse with."""
    found = {400, 404, 413, 415}  # a body is read, and may be refused, whatever the method
    if any(not route.public for route in routes):
        found |= {401, 403}
    if versioned:
        found.add(406)
    if any(route.method not in ("GET", "HEAD") for route in routes):
        found |= {409, 501, 503}
    return tuple(sorted(found))


def responses(dialect: str) -> Json:
    """Every refusal as the dialect renders it; the example is what a client reads."""
    return {str(status): _response(dialect, status) for status in STATUSES}


def _response(dialect: str, status: int) -> Json:
    fault = RENDERERS[dialect](status, "What is wrong.", "application/json", "")
    example = msgspec.json.decode(fault.body)
    return {
        "description": reason(status),
        "content": {fault.content_type.partition(";")[0]: {"schema": _shape(example), "example": example}},
    }


def _shape(example: object) -> Json:
    """The schema of documents like this one: the same names, and values of the same types."""
    if isinstance(example, dict):
        return {
            "type": "object", "required": sorted(example),
            "properties": {name: _shape(value) for name, value in example.items()},
        }
    return {"type": "integer" if isinstance(example, int) else "string"}
