"""Schemas of a member of an image and of a list of members."""

from __future__ import annotations

from nova_lite.api.validation import Schema
from nova_lite.objects.image import MemberStatus

_STATUSES = [item.value for item in MemberStatus]

MEMBER: dict[str, object] = {
    "name": "member",
    "properties": {
        "created_at": {"type": "string", "description": "Date and time of image member creation"},
        "image_id": {"type": "string", "description": "An identifier for the image"},
        "member_id": {"type": "string", "description": "An identifier for the image member"},
        "status": {"type": "string", "enum": _STATUSES, "description": "The status of this image member"},
        "updated_at": {"type": "string", "description": "Date and time of last modification of image member"},
        "schema": {"readOnly": True, "type": "string"},
    },
}

MEMBERS: dict[str, object] = {
    "name": "members",
    "properties": {"members": {"type": "array", "items": MEMBER}, "schema": {"type": "string"}},
    "links": [{"rel": "describedby", "href": "{schema}"}],
}

ADD = Schema({
    "type": "object",
    "properties": {"member": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[^/\\s]+$"}},
    "required": ["member"],
})

ANSWER = Schema({
    "type": "object",
    "properties": {"status": {"type": "string", "enum": _STATUSES}},
    "required": ["status"],
})
