"""The tables of server groups."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, EnumText, ExternalId, RowId, Uuid, table_args
from nova_lite.objects.server_group import GroupPolicy


class ServerGroupRow(Base):
    """A group. Whoever places a member holds its row, so that members are placed one after the other."""

    __tablename__ = "server_groups"
    __table_args__ = table_args(Index("ix_server_groups_project", "project_id"))

    id: Mapped[RowId]
    uuid: Mapped[Uuid] = mapped_column(unique=True)
    project_id: Mapped[ExternalId]
    user_id: Mapped[ExternalId]
    name: Mapped[str]
    policy: Mapped[GroupPolicy] = mapped_column(EnumText(GroupPolicy))
    max_per_host: Mapped[int]
    limited: Mapped[bool]
    created_at: Mapped[float]


class ServerGroupMemberRow(Base):
    """A server of a group; it is in no other. A deleted server's row stays, and is not counted."""

    __tablename__ = "server_group_members"
    __table_args__ = table_args(Index("ix_server_group_members_group", "group_uuid"))

    instance_uuid: Mapped[str] = mapped_column(
        String(36), ForeignKey("instances.uuid", ondelete="CASCADE"), primary_key=True
    )
    group_uuid: Mapped[Uuid] = mapped_column(ForeignKey("server_groups.uuid", ondelete="CASCADE"))
