"""Schema of an import."""

from __future__ import annotations

from nova_lite.api.validation import Schema

IMPORT = Schema({
    "type": "object",
    "properties": {
        "method": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 64},
                "uri": {"type": "string", "minLength": 1, "maxLength": 2048},
            },
            "required": ["name"],
            "additionalProperties": False,
        },
        "stores": {"type": "array", "items": {"type": "string"}},
        "all_stores": {"type": ["boolean", "null"]},
        "all_stores_must_succeed": {"type": ["boolean", "null"]},
    },
    "required": ["method"],
    "additionalProperties": False,
})
