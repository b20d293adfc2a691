"""Bodies about groups."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import ID, NULLABLE_TEXT, Field, name, wrapped

_FIELDS: dict[str, Field] = {"name": name(64), "domain_id": ID, "description": NULLABLE_TEXT}

CREATE = wrapped("group", _FIELDS, ["name"])
UPDATE = wrapped("group", _FIELDS, least=1)
