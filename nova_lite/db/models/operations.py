"""The tables of operations and of what happened in them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, Encoded, EnumText, ExternalId, LongText, RowId, Uuid, table_args
from nova_lite.objects.operation import Arguments
from nova_lite.objects.states import Action, OperationState


class OperationRow(Base):
    """The outbox and the truth of every change of an instance. ``id`` orders what time cannot tell apart.

    ``told_at``: when, by its host's clock, the newest progress that was taken was so; of this epoch (docs/adr/0018).
    ``untold`` (bits of ``writes.notices``) says which notifications about it are still to be sent; until then
    ``began_with`` and ``ended_with`` keep the JSON of the instance as it was.
    """

    __tablename__ = "operations"
    __table_args__ = table_args(
        Index("ix_operations_instance", "instance_uuid", "created_at"),
        Index("ix_operations_lease", "state", "lease_expires_at"),
        Index("ix_operations_deadline", "state", "deadline"),
        Index("ix_operations_host", "host", "state"),
        Index("ix_operations_request", "request_id"),
        Index("ix_operations_untold", "untold"),
    )

    id: Mapped[RowId]
    uuid: Mapped[Uuid] = mapped_column(unique=True)
    request_id: Mapped[str] = mapped_column(String(64))
    instance_uuid: Mapped[Uuid] = mapped_column(ForeignKey("instances.uuid", ondelete="CASCADE"))
    project_id: Mapped[ExternalId]
    user_id: Mapped[ExternalId]
    action: Mapped[Action] = mapped_column(EnumText(Action))
    arguments: Mapped[Arguments] = mapped_column(Encoded(Arguments))
    state: Mapped[OperationState] = mapped_column(EnumText(OperationState))
    host: Mapped[str | None]
    epoch: Mapped[int]
    attempt: Mapped[int]
    step: Mapped[str]
    message: Mapped[str] = mapped_column(LongText)
    deadline: Mapped[float]
    lease_expires_at: Mapped[float | None]
    told_at: Mapped[float] = mapped_column(server_default="0")
    created_at: Mapped[float]
    updated_at: Mapped[float]
    finished_at: Mapped[float | None]
    untold: Mapped[int] = mapped_column(server_default="0")
    began_with: Mapped[str | None] = mapped_column(LongText)
    ended_with: Mapped[str | None] = mapped_column(LongText)


class OperationEventRow(Base):
    """One step of an operation. A step that is told of twice is the same row: name and start make it unique."""

    __tablename__ = "operation_events"
    __table_args__ = table_args(UniqueConstraint("operation_uuid", "started_at", "name"))

    id: Mapped[RowId]
    operation_uuid: Mapped[Uuid] = mapped_column(ForeignKey("operations.uuid", ondelete="CASCADE"))
    name: Mapped[str]
    host: Mapped[str | None]
    started_at: Mapped[float]
    finished_at: Mapped[float | None]
    result: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(LongText)
    details: Mapped[str] = mapped_column(LongText)
