"""Bodies about regions."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import NULLABLE_TEXT, Field, wrapped

_NAME: Field = {"type": ["string", "null"], "maxLength": 255, "pattern": "^[^/]*$"}
_FIELDS: dict[str, Field] = {"id": _NAME, "description": NULLABLE_TEXT, "parent_region_id": _NAME}

CREATE = wrapped("region", _FIELDS)
UPDATE = wrapped("region", _FIELDS, least=1)
