"""The registry of daemons."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, Encoded, RowId, Uuid, table_args


class ServiceRow(Base):
    """A daemon on a host; ``last_seen_at`` is its newest heartbeat by our clock, ``told_at`` by its own."""

    __tablename__ = "services"
    __table_args__ = table_args(UniqueConstraint("host", "binary"))

    id: Mapped[RowId]
    uuid: Mapped[Uuid] = mapped_column(unique=True)
    host: Mapped[str]
    binary: Mapped[str] = mapped_column(String(64))
    topic: Mapped[str]
    zone: Mapped[str]
    enabled: Mapped[bool]
    disabled_reason: Mapped[str | None]
    forced_down: Mapped[bool]
    version: Mapped[str] = mapped_column(String(32))
    versions: Mapped[dict[str, str] | None] = mapped_column(Encoded(dict[str, str]))
    last_seen_at: Mapped[float]
    told_at: Mapped[float] = mapped_column(server_default="0")
    updated_at: Mapped[float]
