"""Images: what the image service records, what a list asks for, and what compute needs in order to boot."""

from __future__ import annotations

import enum
from typing import Literal

from nova_lite.objects.base import Value

LONGEST = 255  # characters of a property's value that a server keeps


class ImageStatus(enum.StrEnum):
    """Where an image stands, in Glance's words."""

    QUEUED = "queued"
    UPLOADING = "uploading"
    IMPORTING = "importing"
    SAVING = "saving"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    KILLED = "killed"
    DELETED = "deleted"


class Visibility(enum.StrEnum):
    """Who sees an image: its project; its members too; everybody who asks for it; everybody."""

    PRIVATE = "private"
    SHARED = "shared"
    COMMUNITY = "community"
    PUBLIC = "public"


class MemberStatus(enum.StrEnum):
    """What a project says to an image that was shared with it."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ImageMeta(Value, frozen=True, kw_only=True):
    """Sizes: ``size`` in bytes, ``min_ram`` in MiB, ``min_disk`` in GiB. ``hash_value`` is hex of ``hash_algo``."""

    id: str
    name: str = ""
    status: str = "active"
    disk_format: str = "qcow2"
    container_format: str = "bare"
    size: int = 0
    virtual_size: int | None = None
    hash_algo: str = ""
    hash_value: str = ""
    min_disk: int = 0
    min_ram: int = 0
    properties: dict[str, str] = {}


class Image(Value, frozen=True, kw_only=True):
    """The image service's record. ``size`` and ``virtual_size`` in bytes, ``min_ram`` in MiB, ``min_disk`` in GiB.

    ``checksum`` is hex of MD5. ``location`` is the store's word for where the data are; None while there are none.
    ``properties`` are the custom ones, ``revision`` grows by one with every change of the record.
    """

    id: str
    owner: str | None
    name: str | None = None
    status: ImageStatus = ImageStatus.QUEUED
    visibility: Visibility = Visibility.SHARED
    protected: bool = False
    hidden: bool = False
    disk_format: str | None = None
    container_format: str | None = None
    min_disk: int = 0
    min_ram: int = 0
    size: int | None = None
    virtual_size: int | None = None
    checksum: str | None = None
    hash_algo: str | None = None
    hash_value: str | None = None
    location: str | None = None
    tags: tuple[str, ...] = ()
    properties: dict[str, str] = {}
    created_at: float
    updated_at: float
    revision: int = 0

    def meta(self) -> ImageMeta:
        """What compute needs to know of it. Every server keeps a copy: properties are cut, as Nova cuts them."""
        return ImageMeta(
            id=self.id, name=self.name or "", status=self.status.value, disk_format=self.disk_format or "",
            container_format=self.container_format or "", size=self.size or 0, virtual_size=self.virtual_size,
            hash_algo=self.hash_algo or "", hash_value=self.hash_value or "", min_disk=self.min_disk,
            min_ram=self.min_ram, properties={name: value[:LONGEST] for name, value in self.properties.items()},
        )


class ImageMember(Value, frozen=True, kw_only=True):
    """A project with which an image is shared, and what it says to that."""

    image_id: str
    member_id: str
    status: MemberStatus = MemberStatus.PENDING
    created_at: float
    updated_at: float


class ImageFilter(Value, frozen=True, kw_only=True):
    """One condition on a list of images.

    ``field`` is a field of :class:`Image`, or the name of a custom property when ``custom``. ``values`` holds one
    value, or several for ``in``; the type is the field's.
    """

    field: str
    operator: Literal["eq", "neq", "gt", "gte", "lt", "lte", "in"] = "eq"
    values: tuple[str | int | float | bool, ...]
    custom: bool = False


class ImageQuery(Value, frozen=True, kw_only=True):
    """Which images, for whom, in which order.

    ``project_id`` is the viewer's; ``all_projects`` sees what is everybody's, as an administrator does. ``visibility``
    None: what the viewer is meant to see unasked (its own, public ones, shared ones in ``member_status``, but not the
    community images of others); ``"all"`` adds those. ``sort`` is (field, descending); the id is always the last key.
    ``marker`` is the last image of the page before.
    """

    project_id: str | None = None
    all_projects: bool = False
    visibility: Visibility | Literal["all"] | None = None
    member_status: MemberStatus | Literal["all"] = MemberStatus.ACCEPTED
    filters: tuple[ImageFilter, ...] = ()
    tags: tuple[str, ...] = ()
    sort: tuple[tuple[str, bool], ...] = (("created_at", True),)
    limit: int = 25
    marker: Image | None = None
