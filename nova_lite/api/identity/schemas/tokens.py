"""The body of a login."""

from __future__ import annotations

from nova_lite.api.identity.schemas.fields import TEXT, Field
from nova_lite.api.identity.schemas.users import SECRET
from nova_lite.api.validation import Schema

_DOMAIN: Field = {"type": "object", "properties": {"id": TEXT, "name": TEXT}, "minProperties": 1}
_NAMING: dict[str, Field] = {"id": TEXT, "name": TEXT, "domain": _DOMAIN}
_NAMED: Field = {
    "type": "object", "properties": _NAMING, "anyOf": [{"required": ["id"]}, {"required": ["name", "domain"]}],
}
_PASSWORD: Field = {
    "type": "object", "required": ["user"],
    "properties": {"user": {**_NAMED, "properties": {**_NAMING, "password": SECRET}, "required": ["password"]}},
}
_TOKEN: Field = {"type": "object", "properties": {"id": TEXT}, "required": ["id"]}
_APPLICATION_CREDENTIAL: Field = {
    "type": "object", "required": ["secret"],
    "properties": {"id": TEXT, "name": TEXT, "secret": SECRET, "user": _NAMED},
    "anyOf": [{"required": ["id"]}, {"required": ["name", "user"]}],
}
_SCOPE: Field = {
    "type": ["object", "string"],
    "properties": {
        "project": _NAMED, "domain": _DOMAIN, "unscoped": {"type": "object"},
        "system": {"type": "object", "properties": {"all": {"const": True}}, "required": ["all"]},
    },
    "minProperties": 1, "maxProperties": 1, "additionalProperties": False,
}
METHODS = ("password", "token", "application_credential")


def _demands(method: str) -> Field:
    """Who announces a method must bring it."""
    return {
        "if": {"properties": {"methods": {"contains": {"const": method}}}, "required": ["methods"]},
        "then": {"required": [method]},
    }


ISSUE = Schema({
    "type": "object", "required": ["auth"],
    "properties": {"auth": {
        "type": "object", "required": ["identity"],
        "properties": {
            "scope": _SCOPE,
            "identity": {
                "type": "object", "required": ["methods"],
                "properties": {
                    "methods": {"type": "array", "items": TEXT, "minItems": 1},
                    "password": _PASSWORD, "token": _TOKEN, "application_credential": _APPLICATION_CREDENTIAL,
                },
                "allOf": [_demands(method) for method in METHODS],
            },
        },
    }},
})
