"""Bodies about application credentials."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import BOOLEAN, ID, NULLABLE_TEXT, Field, name, wrapped
from nova_lite.api.identity.schemas.users import SECRET

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
    "project_id": ID, "id": ID,
}

CREATE = wrapped("application_credential", {**_FIELDS, "enabled": BOOLEAN}, ["name"])
