"""The table of key pairs."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, ExternalId, LongText, RowId, table_args


class KeyPairRow(Base):
    """A user's public key."""

    __tablename__ = "key_pairs"
    __table_args__ = table_args(UniqueConstraint("user_id", "name"))

    id: Mapped[RowId]
    user_id: Mapped[ExternalId]
    name: Mapped[str]
    type: Mapped[str] = mapped_column(String(16))
    public_key: Mapped[str] = mapped_column(LongText)
    fingerprint: Mapped[str]
    created_at: Mapped[float]
