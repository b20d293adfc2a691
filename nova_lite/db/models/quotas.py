"""The tables of quotas. There is no table of usage: it is summed over the instances."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, ExternalId


class QuotaRow(Base):
    """A limit that a project has instead of the default; ``resource`` is a field's name of ``objects.quota.Quota``."""

    __tablename__ = "quotas"

    project_id: Mapped[ExternalId] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(String(64), primary_key=True)
    hard_limit: Mapped[int]


class QuotaClassRow(Base):
    """A default limit that replaces the configured one. Nova knows one class: ``default``."""

    __tablename__ = "quota_classes"

    class_name: Mapped[str] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(String(64), primary_key=True)
    hard_limit: Mapped[int]


class ProjectLockRow(Base):
    """A row per project (or other owner of a limit), written first by whoever checks a limit: they take turns."""

    __tablename__ = "project_locks"

    project_id: Mapped[str] = mapped_column(primary_key=True)
    touched_at: Mapped[float]
