"""Bodies about roles."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import NULLABLE_ID, NULLABLE_TEXT, OPTIONS, Field, name, wrapped

_FIELDS: dict[str, Field] = {
    "name": name(255), "domain_id": NULLABLE_ID, "description": NULLABLE_TEXT, "options": OPTIONS,
}

CREATE = wrapped("role", _FIELDS, ["name"])
UPDATE = wrapped("role", _FIELDS, least=1)
