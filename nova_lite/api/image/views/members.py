"""A member, and the members of an image, as documents."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.core.clock import isoformat
from nova_lite.objects.image import ImageMember


def show(member: ImageMember) -> dict[str, object]:
    """One member."""
    return {
        "image_id": member.image_id,
        "member_id": member.member_id,
        "status": member.status.value,
        "created_at": isoformat(member.created_at),
        "updated_at": isoformat(member.updated_at),
        "schema": "/v2/schemas/member",
    }


def index(members: Sequence[ImageMember]) -> dict[str, object]:
    """All of them."""
    return {"members": [show(member) for member in members], "schema": "/v2/schemas/members"}
