"""The table of scheduling decisions."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, Encoded, RowId, Uuid, table_args
from nova_lite.objects.claim import Decision


class DecisionRow(Base):
    """Why the scheduler chose as it did, per attempt of an operation."""

    __tablename__ = "decisions"
    __table_args__ = table_args(
        Index("ix_decisions_request_id", "request_id"),
        Index("ix_decisions_operation_uuid", "operation_uuid"),
        Index("ix_decisions_created_at", "created_at"),
    )

    id: Mapped[RowId]
    request_id: Mapped[str] = mapped_column(String(64))
    operation_uuid: Mapped[Uuid]
    decision: Mapped[Decision] = mapped_column(Encoded(Decision))
    created_at: Mapped[float]
