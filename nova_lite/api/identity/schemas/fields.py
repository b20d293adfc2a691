"""The pieces of which the schemas are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nova_lite.api.validation import Schema

Field = Mapping[str, object]

BOOLEAN: Field = {"type": "boolean"}
TEXT: Field = {"type": "string"}
NULLABLE_TEXT: Field = {"type": ["string", "null"]}
ID: Field = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": r"^[a-zA-Z0-9-]+$"}
NULLABLE_ID: Field = {**ID, "type": ["string", "null"]}
OPTIONS: Field = {"type": "object", "properties": {"immutable": {"type": ["boolean", "null"]}}}
TAGS: Field = {
    "type": "array", "uniqueItems": True, "maxItems": 80,
    "items": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[^,/]*$"},
}


def name(longest: int) -> Field:
    """A name that is not blank."""
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": r"\S"}


def wrapped(noun: str, properties: Mapping[str, Field], required: Sequence[str] = (), least: int = 0) -> Schema:
    """A body ``{noun: {…}}`` with at least so many fields; what is not among ``properties`` may be anything."""
    inner = {
        "type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": True,
        "minProperties": least,
    }
    return Schema({"type": "object", "properties": {noun: inner}, "required": [noun], "additionalProperties": False})
