"""Bodies about users."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import BOOLEAN, ID, NULLABLE_ID, NULLABLE_TEXT, Field, name, wrapped

# argon2 takes more; a limit keeps the work per guess bounded.
SECRET: Field = {"type": "string", "minLength": 1, "maxLength": 4096}

_FIELDS: dict[str, Field] = {
    "name": name(255), "domain_id": ID, "enabled": BOOLEAN, "default_project_id": NULLABLE_ID,
    "password": {**SECRET, "type": ["string", "null"]}, "description": NULLABLE_TEXT, "email": NULLABLE_TEXT,
    "options": {"type": "object"},
}

CREATE = wrapped("user", _FIELDS, ["name"])
UPDATE = wrapped("user", _FIELDS, least=1)
CHANGE_PASSWORD = wrapped(
    "user", {"password": SECRET, "original_password": SECRET}, ["password", "original_password"]
)
