"""The table of aggregates."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, Encoded, RowId, Uuid


class AggregateRow(Base):
    """Aggregates are few and small: hosts and metadata are in the row, which whoever changes them holds."""

    __tablename__ = "aggregates"

    id: Mapped[RowId]
    uuid: Mapped[Uuid] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    hosts: Mapped[tuple[str, ...]] = mapped_column(Encoded(tuple[str, ...]))
    items: Mapped[dict[str, str]] = mapped_column(Encoded(dict[str, str]))
    created_at: Mapped[float]
    updated_at: Mapped[float | None]
