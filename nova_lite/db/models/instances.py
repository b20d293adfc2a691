"""The table of instances."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import (
    Base,
    Encoded,
    EnumText,
    ExternalId,
    LongText,
    RowId,
    Searchable,
    SoftDelete,
    Uuid,
    table_args,
)
from nova_lite.objects.fault import Fault
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import InjectedFile, Kept
from nova_lite.objects.nic import Nic
from nova_lite.objects.states import TaskState, VmState


class InstanceRow(SoftDelete, Base):
    """One row is the whole record: a read, of one or of a page, is one statement.

    ``vcpus``, ``memory_mb`` and ``disk_gb`` are the ledger of quota (``writes.instance_values``); ``flavorid`` and
    ``image_id`` repeat what lists filter by. ``instance_metadata`` and ``tags`` are filtered by patterns over their
    encoded text (``reads.instances``). ``told_at``: when, by its host's clock, the newest power state that was heard
    was so (docs/adr/0018).
    """

    __tablename__ = "instances"
    __table_args__ = table_args(
        Index("ix_instances_list", "project_id", "deleted", "created_at", "id"),
        Index("ix_instances_quota", "project_id", "deleted", "vcpus", "memory_mb"),
        Index("ix_instances_all", "deleted", "created_at", "id"),
        Index("ix_instances_host", "host", "deleted"),
        Index("ix_instances_reservation", "reservation_id"),
        Index("ix_instances_deleted_at", "deleted_at"),
    )

    id: Mapped[RowId]
    uuid: Mapped[Uuid] = mapped_column(unique=True)
    project_id: Mapped[ExternalId]
    user_id: Mapped[ExternalId]
    display_name: Mapped[str]
    hostname: Mapped[str]
    flavor: Mapped[Flavor] = mapped_column(Encoded(Flavor))
    flavorid: Mapped[str]
    vcpus: Mapped[int]
    memory_mb: Mapped[int]
    disk_gb: Mapped[int]
    image: Mapped[ImageMeta | None] = mapped_column(Encoded(ImageMeta))
    image_id: Mapped[Uuid | None]
    host: Mapped[str | None]
    availability_zone: Mapped[str | None]
    vm_state: Mapped[VmState] = mapped_column(EnumText(VmState))
    task_state: Mapped[TaskState | None] = mapped_column(EnumText(TaskState))
    power_state: Mapped[int] = mapped_column(Integer)
    description: Mapped[str | None] = mapped_column(LongText)
    key_name: Mapped[str | None]
    key_data: Mapped[str | None] = mapped_column(LongText)
    user_data: Mapped[str | None] = mapped_column(LongText)
    config_drive: Mapped[bool]
    instance_metadata: Mapped[dict[str, str]] = mapped_column(Searchable(dict[str, str]))
    tags: Mapped[tuple[str, ...]] = mapped_column(Searchable(tuple[str, ...]))
    nics: Mapped[tuple[Nic, ...]] = mapped_column(Encoded(tuple[Nic, ...]))
    reservation_id: Mapped[str] = mapped_column(String(64))
    launch_index: Mapped[int]
    locked: Mapped[bool]
    locked_by: Mapped[Literal["owner", "admin"] | None] = mapped_column(String(16))
    locked_reason: Mapped[str | None]
    progress: Mapped[int]
    access_ip_v4: Mapped[str] = mapped_column(String(45))
    access_ip_v6: Mapped[str] = mapped_column(String(45))
    created_at: Mapped[float]
    updated_at: Mapped[float]
    launched_at: Mapped[float | None]
    terminated_at: Mapped[float | None]
    revision: Mapped[int]
    fault: Mapped[Fault | None] = mapped_column(Encoded(Fault))
    kept: Mapped[Kept | None] = mapped_column(Encoded(Kept))
    disk_config: Mapped[Literal["AUTO", "MANUAL"]] = mapped_column(String(16))
    pinned_zone: Mapped[str | None]
    hints: Mapped[dict[str, tuple[str, ...]] | None] = mapped_column(Encoded(dict[str, tuple[str, ...]]))
    files: Mapped[tuple[InjectedFile, ...] | None] = mapped_column(Encoded(tuple[InjectedFile, ...]))
    told_at: Mapped[float] = mapped_column(server_default="0")


class ArchivedInstanceRow(Base):
    """What was known of an instance that left the live tables: its record and its operations, as JSON."""

    __tablename__ = "archived_instances"
    __table_args__ = table_args(Index("ix_archived_instances_project_id", "project_id", "deleted_at"))

    uuid: Mapped[Uuid] = mapped_column(primary_key=True)
    project_id: Mapped[ExternalId]
    deleted_at: Mapped[float]
    record: Mapped[str] = mapped_column(LongText)
