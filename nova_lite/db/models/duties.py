"""The table of what one of several processes does for all."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base


class DutyRow(Base):
    """Whose duty something is, and until when; afterwards anybody may take it up."""

    __tablename__ = "duties"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    expires_at: Mapped[float]
