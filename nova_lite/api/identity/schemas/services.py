"""Bodies about services."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import BOOLEAN, NULLABLE_TEXT, Field, name, wrapped

_FIELDS: dict[str, Field] = {
    "type": name(255), "name": {"type": ["string", "null"], "maxLength": 255}, "enabled": BOOLEAN,
    "description": NULLABLE_TEXT,
}

CREATE = wrapped("service", _FIELDS, ["type"])
UPDATE = wrapped("service", {**_FIELDS, "name": {"type": "string", "maxLength": 255}}, least=1)
