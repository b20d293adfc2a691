"""Changing the image service's records. Every change of an image is conditional on the revision that was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import delete, update

from nova_lite.core.errors import Conflict
from nova_lite.db.models.image import ImageMemberRow, ImagePropertyRow, ImageRow, ImageTagRow
from nova_lite.db.session import Tx
from nova_lite.objects.image import Image, ImageMember, ImageStatus


def add(tx: Tx, image: Image) -> None:
    """Record a new image.

    :raises Conflict: the id belongs to an image, be it a deleted one.
    """
    taken = Conflict(f"Image ID {image.id} already exists!", image_id=image.id)
    tx.insert(ImageRow, {**_columns(image), "id": image.id, "deleted_at": 0.0}, duplicate=taken)
    _add_collections(tx, image)


def replace(tx: Tx, image: Image) -> bool:
    """Write an image over the one of the same revision; False when that is not what is stored any more."""
    values = {**_columns(image), "revision": image.revision + 1}
    if not tx.change(update(ImageRow).where(*_same(image)).values(values)):
        return False
    tx.change(delete(ImageTagRow).where(ImageTagRow.image_id == image.id))
    tx.change(delete(ImagePropertyRow).where(ImagePropertyRow.image_id == image.id))
    _add_collections(tx, image)
    return True


def remove(tx: Tx, image: Image, deleted_at: float) -> bool:
    """Delete the image of this revision; False when that is not what is stored any more."""
    values = {
        "status": ImageStatus.DELETED, "deleted_at": deleted_at, "updated_at": deleted_at, "location": None,
        "revision": image.revision + 1,
    }
    if not tx.change(update(ImageRow).where(*_same(image)).values(values)):
        return False
    for model in (ImageTagRow, ImagePropertyRow, ImageMemberRow):
        tx.change(delete(model).where(model.image_id == image.id))
    return True


def add_member(tx: Tx, member: ImageMember) -> None:
    """Record a sharing.

    :raises Conflict: the image is shared with that project already.
    """
    duplicate = Conflict(
        f"Image member {member.member_id} already exists for image {member.image_id}", image_id=member.image_id
    )
    tx.insert(ImageMemberRow, msgspec.structs.asdict(member), duplicate=duplicate)


def set_member(tx: Tx, member: ImageMember) -> bool:
    """Write what a project says to a sharing; False when there is none any more."""
    values = {"status": member.status, "updated_at": member.updated_at}
    return bool(tx.change(update(ImageMemberRow).where(*_of(member.image_id, member.member_id)).values(values)))


def remove_member(tx: Tx, image_id: str, member_id: str) -> bool:
    """End a sharing; False when there was none."""
    return bool(tx.change(delete(ImageMemberRow).where(*_of(image_id, member_id))))


def _of(image_id: str, member_id: str) -> tuple[Any, ...]:
    return (ImageMemberRow.image_id == image_id, ImageMemberRow.member_id == member_id)


def _same(image: Image) -> tuple[Any, ...]:
    return (ImageRow.id == image.id, ImageRow.revision == image.revision, ImageRow.deleted_at == 0.0)


def _columns(image: Image) -> Mapping[str, object]:
    fields = msgspec.structs.asdict(image)
    return {name: value for name, value in fields.items() if name not in ("id", "tags", "properties")}


def _add_collections(tx: Tx, image: Image) -> None:
    tx.insert(ImageTagRow, *({"image_id": image.id, "tag": tag} for tag in image.tags))
    tx.insert(
        ImagePropertyRow,
        *({"image_id": image.id, "name": name, "value": value} for name, value in image.properties.items()),
    )
