"""Bodies about application credentials."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import ID, NULLABLE_TEXT, Field, name
from nova_lite.api.identity.schemas.users import SECRET
from nova_lite.api.validation import Schema

_ROLE: Field = {"type": "object", "properties": {"id": ID, "name": name(255)}, "minProperties": 1}
_RULE: Field = {
    "type": "object",
    "properties": {
        "id": ID, "service": ID, "method": {"enum": ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]},
        "path": {"type": "string", "pattern": "^/", "maxLength": 225},
    },
    "anyOf": [{"required": ["id"]}, {"required": ["service", "method", "path"]}],
    "additionalProperties": False,
}
_FIELDS: dict[str, Field] = {
    "name": name(255), "description": NULLABLE_TEXT, "secret": {**SECRET, "type": ["string", "null"]},
    "unrestricted": {"type": ["boolean", "null"]}, "roles": {"type": "array", "items": _ROLE},
    "expires_at": {"type": ["string", "null"], "format": "date-time"},
    "access_rules": {"type": "array", "items": _RULE, "maxItems": 255},
    "project_id": ID, "id": ID, "system": NULLABLE_TEXT,
}
_CREDENTIAL: Field = {"type": "object", "properties": _FIELDS, "required": ["name"], "additionalProperties": False}

CREATE = Schema({
    "type": "object", "properties": {"application_credential": _CREDENTIAL}, "required": ["application_credential"],
    "additionalProperties": False,
})
