"""The tables of compute hosts and of what instances take of them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, Encoded, RowId, Uuid, table_args
from nova_lite.objects.host import Inventory


class ComputeNodeRow(Base):
    """A compute host. ``*_capacity`` are worked out of ``inventory``, so that a claim is one conditional update.

    ``*_used`` and ``instances`` are the sums of the allocations, changed with them in the same transaction.
    ``told_at``: when, by its own clock, the host made the newest report that was taken (docs/adr/0018).
    """

    __tablename__ = "compute_nodes"

    id: Mapped[RowId]
    host: Mapped[str] = mapped_column(unique=True)
    uuid: Mapped[Uuid] = mapped_column(unique=True)
    inventory: Mapped[Inventory] = mapped_column(Encoded(Inventory))
    vcpu_capacity: Mapped[int]
    memory_mb_capacity: Mapped[int]
    disk_gb_capacity: Mapped[int]
    vcpus_used: Mapped[int] = mapped_column(default=0)
    memory_mb_used: Mapped[int] = mapped_column(default=0)
    disk_gb_used: Mapped[int] = mapped_column(default=0)
    instances: Mapped[int] = mapped_column(default=0)
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str] = mapped_column(default="")
    forced_down: Mapped[bool] = mapped_column(default=False)
    availability_zone: Mapped[str] = mapped_column(default="nova")
    hypervisor_type: Mapped[str]
    hypervisor_version: Mapped[int]
    hypervisor_hostname: Mapped[str]
    host_ip: Mapped[str] = mapped_column(String(45))
    cpu_info: Mapped[dict[str, str]] = mapped_column(Encoded(dict[str, str]))
    uptime: Mapped[str] = mapped_column(default="")
    service_version: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[float]
    last_seen_at: Mapped[float]
    told_at: Mapped[float] = mapped_column(server_default="0")
    generation: Mapped[int] = mapped_column(default=0)


class AllocationRow(Base):
    """The ledger: what one instance takes of one host. An instance that is moved, or whose move is undecided, takes of
    two.
    """

    __tablename__ = "allocations"
    __table_args__ = table_args(Index("ix_allocations_host", "host"))

    instance_uuid: Mapped[Uuid] = mapped_column(ForeignKey("instances.uuid"), primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)
    vcpus: Mapped[int]
    memory_mb: Mapped[int]
    disk_gb: Mapped[int]
    operation_uuid: Mapped[Uuid]
    epoch: Mapped[int]
    created_at: Mapped[float]
