"""The table of requests that are carried out once."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, ExternalId, Uuid, table_args


class IdempotencyRow(Base):
    """A boot request's token, and the first instance that it made. It goes with ``manage db archive``."""

    __tablename__ = "idempotency_tokens"
    __table_args__ = table_args(Index("ix_idempotency_tokens_created_at", "created_at"))

    project_id: Mapped[ExternalId] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    instance_uuid: Mapped[Uuid]
    created_at: Mapped[float]
