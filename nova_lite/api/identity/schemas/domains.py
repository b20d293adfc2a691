"""Bodies about domains."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import BOOLEAN, NULLABLE_TEXT, OPTIONS, TAGS, Field, name, wrapped

_FIELDS: dict[str, Field] = {
    "name": name(64), "enabled": BOOLEAN, "description": NULLABLE_TEXT, "tags": TAGS, "options": OPTIONS,
    "explicit_domain_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}

CREATE = wrapped("domain", _FIELDS, ["name"])
UPDATE = wrapped("domain", _FIELDS, least=1)
