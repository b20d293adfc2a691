"""Bodies about endpoints."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import BOOLEAN, ID, TEXT, Field, wrapped

_REGION: Field = {"type": ["string", "null"], "maxLength": 255}
_FIELDS: dict[str, Field] = {
    "service_id": ID, "interface": {"type": "string", "enum": ["admin", "internal", "public"]},
    "url": {"type": "string", "minLength": 1, "maxLength": 2048, "pattern": "^[a-zA-Z0-9+.-]+:.+"},
    "region_id": _REGION, "region": _REGION, "enabled": BOOLEAN,
}

CREATE = wrapped("endpoint", _FIELDS, ["service_id", "interface", "url"])
UPDATE = wrapped("endpoint", {**_FIELDS, "name": TEXT}, least=1)
