"""What requests about aggregates may hold."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.compute.schemas.types import HOST, NAME, NULL, SPACED_NAME, UUID, ZONE, Piece, struct, wrapped

_ZONE: Piece = {"anyOf": [ZONE, NULL]}
_FIELDS: Mapping[str, Piece] = {"name": NAME, "availability_zone": _ZONE}
_CHANGES: Mapping[str, Piece] = {"name": SPACED_NAME, "availability_zone": _ZONE}

CREATE = wrapped("aggregate", struct(_FIELDS, ("name",)))
UPDATE = wrapped("aggregate", {**struct(_CHANGES), "minProperties": 1})
ADD_HOST = wrapped("add_host", struct({"host": HOST}, ("host",)))
REMOVE_HOST = wrapped("remove_host", struct({"host": HOST}, ("host",)))
SET_METADATA = wrapped("set_metadata", struct({"metadata": {
    "type": "object",
    "patternProperties": {"^[a-zA-Z0-9-_:. ]{1,255}$": {"type": ["string", "null"], "maxLength": 255}},
    "additionalProperties": False,
}}, ("metadata",)))
IMAGES = wrapped("cache", {
    "type": "array", "minItems": 1, "uniqueItems": True, "items": struct({"id": UUID}, ("id",)),
})
