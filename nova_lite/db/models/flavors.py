"""The tables of flavors."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, ExternalId, LongText, RowId, RowRef, table_args


class FlavorRow(Base):
    """A flavor as it is offered now. Instances keep copies."""

    __tablename__ = "flavors"

    id: Mapped[RowId]
    flavorid: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    vcpus: Mapped[int]
    memory_mb: Mapped[int]
    root_gb: Mapped[int]
    ephemeral_gb: Mapped[int]
    swap: Mapped[int]
    rxtx_factor: Mapped[float]
    is_public: Mapped[bool]
    disabled: Mapped[bool]
    description: Mapped[str | None] = mapped_column(LongText)


class FlavorExtraSpecRow(Base):
    """One extra spec of a flavor."""

    __tablename__ = "flavor_extra_specs"

    flavor_id: Mapped[RowRef] = mapped_column(ForeignKey("flavors.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class FlavorProjectRow(Base):
    """A project that may use a flavor which is not public."""

    __tablename__ = "flavor_projects"
    __table_args__ = table_args(Index("ix_flavor_projects_project_id", "project_id"))

    flavor_id: Mapped[RowRef] = mapped_column(ForeignKey("flavors.id", ondelete="CASCADE"), primary_key=True)
    project_id: Mapped[ExternalId] = mapped_column(primary_key=True)
