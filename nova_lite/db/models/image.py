"""Tables of the image service.

A deleted image keeps its row for ever: an id that came back with other data would boot a stranger's disk for those who
still name it. Its tags, properties and members go.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, EnumText, ExternalId, LongText, Uuid, table_args
from nova_lite.objects.image import ImageStatus, MemberStatus, Visibility


class ImageRow(Base):
    """One image; ``deleted_at`` is 0 for a live one, so that an index can lead with it."""

    __tablename__ = "images"
    __table_args__ = table_args(
        Index(None, "deleted_at", "created_at", "id"), Index(None, "owner", "deleted_at"),
    )
    id: Mapped[Uuid] = mapped_column(primary_key=True)
    owner: Mapped[ExternalId | None]
    name: Mapped[str | None]
    status: Mapped[ImageStatus] = mapped_column(EnumText(ImageStatus))
    visibility: Mapped[Visibility] = mapped_column(EnumText(Visibility))
    protected: Mapped[bool]
    hidden: Mapped[bool]
    disk_format: Mapped[str | None] = mapped_column(String(32))
    container_format: Mapped[str | None] = mapped_column(String(32))
    min_disk: Mapped[int]
    min_ram: Mapped[int]
    size: Mapped[int | None] = mapped_column(BigInteger)
    virtual_size: Mapped[int | None] = mapped_column(BigInteger)
    checksum: Mapped[str | None] = mapped_column(String(32))
    hash_algo: Mapped[str | None] = mapped_column(String(64))
    hash_value: Mapped[str | None] = mapped_column(String(128))
    location: Mapped[str | None]
    created_at: Mapped[float]
    updated_at: Mapped[float]
    deleted_at: Mapped[float]
    revision: Mapped[int]


class ImagePropertyRow(Base):
    """One custom property."""

    __tablename__ = "image_properties"
    image_id: Mapped[Uuid] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(LongText)


class ImageTagRow(Base):
    """One tag."""

    __tablename__ = "image_tags"
    image_id: Mapped[Uuid] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)


class ImageMemberRow(Base):
    """One project with which an image is shared."""

    __tablename__ = "image_members"
    __table_args__ = table_args(Index(None, "member_id", "image_id"))
    image_id: Mapped[Uuid] = mapped_column(primary_key=True)
    member_id: Mapped[ExternalId] = mapped_column(primary_key=True)
    status: Mapped[MemberStatus] = mapped_column(EnumText(MemberStatus))
    created_at: Mapped[float]
    updated_at: Mapped[float]
