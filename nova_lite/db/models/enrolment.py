"""Who may speak on the bus: tickets for new identities, and the keys of those that came with one."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base


class TicketRow(Base):
    """``key`` (hex) proves applications; it is no use once ``used_at`` is set or ``expires_at`` has passed."""

    __tablename__ = "enrolment_tickets"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    identity: Mapped[str]
    key: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[float]
    used_at: Mapped[float | None]


class BusKeyRow(Base):
    """The public key (PEM) of an identity that was enrolled; ``revoked_at``: not to be trusted any more."""

    __tablename__ = "bus_keys"

    identity: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[str] = mapped_column(Text)
    enrolled_at: Mapped[float]
    revoked_at: Mapped[float | None]
