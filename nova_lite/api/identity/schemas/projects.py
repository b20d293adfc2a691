"""Bodies about projects."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import (
    BOOLEAN,
    NULLABLE_ID,
    NULLABLE_TEXT,
    OPTIONS,
    TAGS,
    Field,
    name,
    wrapped,
)
from nova_lite.api.validation import Schema

_FIELDS: dict[str, Field] = {
    "name": name(64), "domain_id": NULLABLE_ID, "parent_id": NULLABLE_ID, "is_domain": BOOLEAN, "enabled": BOOLEAN,
    "description": NULLABLE_TEXT, "tags": TAGS, "options": OPTIONS,
}

CREATE = wrapped("project", _FIELDS, ["name"])
UPDATE = wrapped("project", _FIELDS)
TAG_LIST = Schema({
    "type": "object", "properties": {"tags": TAGS}, "required": ["tags"], "additionalProperties": False,
})
