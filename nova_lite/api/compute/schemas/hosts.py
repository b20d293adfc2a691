"""What requests about hosts may hold."""

from __future__ import annotations

from nova_lite.api.compute.schemas.types import ANY_TEXT, Piece, query, struct
from nova_lite.api.validation import Schema

_SWITCH: Piece = {"type": "string", "enum": [
    f"{left}{word}{right}" for word in ("enable", "disable", "Enable", "Disable", "ENABLE", "DISABLE")
    for left in ("", " ") for right in ("", " ")
]}
UPDATE = Schema({**struct({"status": _SWITCH, "maintenance_mode": _SWITCH}), "minProperties": 1})
LIST_QUERY = query({"zone": ANY_TEXT}, strict=False)
