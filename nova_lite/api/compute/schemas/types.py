"""Pieces that schemas of many nouns share, and a way to write down how a schema changed."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.microversions import ByVersion
from nova_lite.api.validation import Schema

Piece = Mapping[str, object]

NAME: Piece = {"type": "string", "minLength": 1, "maxLength": 255, "format": "name"}
SPACED_NAME: Piece = {
    "type": "string", "minLength": 1, "maxLength": 255, "format": "name_with_leading_trailing_spaces",
}
DESCRIPTION: Piece = {"type": ["string", "null"], "minLength": 0, "maxLength": 255, "format": "printable"}
HOST: Piece = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[a-zA-Z0-9._-]*$"}
ZONE: Piece = {**NAME, "pattern": "^[^:]*$"}
UUID: Piece = {"type": "string", "format": "uuid"}
BOOLEAN: Piece = {
    "type": ["boolean", "string"],
    "enum": [True, "True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes", "y", "t",
             False, "False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no", "n", "f"],
}
POSITIVE: Piece = {
    "type": ["integer", "string"], "pattern": "^[0-9]+$", "minimum": 1, "minLength": 1, "maxLength": 10,
    "maximum": 2147483647, "format": "int32",
}
NOT_NEGATIVE: Piece = {**POSITIVE, "minimum": 0}
METADATA: Piece = {
    "type": "object",
    "patternProperties": {"^[a-zA-Z0-9-_:. ]{1,255}$": {"type": "string", "maxLength": 255}},
    "additionalProperties": False,
}
TAG: Piece = {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[^,/]*$"}
TAGS: Piece = {"type": "array", "items": TAG, "maxItems": 50}
NULL: Piece = {"type": "null"}
HOSTNAME: Piece = {
    "type": "string", "minLength": 2, "maxLength": 63, "pattern": "^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$",
}
FQDN: Piece = {"type": "string", "minLength": 2, "maxLength": 255,
               "pattern": "^[a-zA-Z0-9]+[a-zA-Z0-9-.]*[a-zA-Z0-9]+$"}


def struct(properties: Mapping[str, object], required: tuple[str, ...] = (), *, more: bool = False) -> Piece:
    """An object with these properties and, unless ``more``, no others."""
    return {"type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": more}


def wrapped(name: str, inner: Piece) -> Schema:
    """A body that is one object under one name."""
    return Schema(struct({name: inner}, (name,)))


def query(properties: Mapping[str, Piece], *, strict: bool) -> Schema:
    """Query parameters: each is a list of texts, of which every one must fit."""
    lists = {name: {"type": "array", "items": piece} for name, piece in properties.items()}
    return Schema(struct(lists, more=not strict))


def loose_then_strict(since: str, *steps: tuple[str, Mapping[str, Piece]]) -> ByVersion[Schema]:
    """Query parameters that grow by microversion; from ``since`` on unknown ones are refused."""
    versions = sorted({*(step for step, _ in steps), since}, key=lambda text: [int(part) for part in text.split(".")])
    entries: list[tuple[str, Schema]] = []
    known: dict[str, Piece] = {}
    added = dict(steps)
    strict = False
    for version in versions:
        known = {**known, **added.get(version, {})}
        strict = strict or version == since
        entries.append((version, query(known, strict=strict)))
    return ByVersion(*entries)


NUMBER_TEXT: Piece = {"type": "string", "pattern": "^[0-9]{1,9}$"}
ANY_TEXT: Piece = {"type": "string"}
TIME_TEXT: Piece = {"type": "string", "format": "date-time"}
PAGING: Mapping[str, Piece] = {"limit": NUMBER_TEXT, "marker": ANY_TEXT}

# What GET routes without parameters have: nothing was looked at before 2.102.
NO_QUERY = loose_then_strict("2.102", ("2.1", {}))
# Routes that came late had no unknown parameters from their first day.
STRICT_NO_QUERY = query({}, strict=True)
