"""Two places: an instance that is on its way takes its place on two hosts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import NAME, REAL, UUID, WHOLE, columns, create_table, reference

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = "instance_uuid, operation_uuid, host, vcpus, memory_mb, disk_gb, epoch, created_at"


def upgrade() -> None:
    _remake("instance_uuid", "host")


def downgrade() -> None:
    # The place of before a move that is undecided is given up: where the instance is, it stays.
    op.execute(
        "DELETE FROM allocations WHERE host <> "
        "(SELECT instances.host FROM instances WHERE instances.uuid = allocations.instance_uuid)"
    )
    _remake("instance_uuid")


def _remake(*key: str) -> None:
    # Made anew, for the three databases change primary keys in three ways; names of constraints must be free again.
    op.execute(f"CREATE TABLE allocations_before AS SELECT {_COLUMNS} FROM allocations")
    op.drop_table("allocations")
    create_table(
        "allocations",
        *columns(UUID, "instance_uuid", "operation_uuid"),
        *columns(NAME, "host"),
        *columns(WHOLE, "vcpus", "memory_mb", "disk_gb", "epoch"),
        *columns(REAL, "created_at"),
        sa.PrimaryKeyConstraint(*key),
        reference("instance_uuid", "instances.uuid", cascade=False),
    )
    op.execute(f"INSERT INTO allocations ({_COLUMNS}) SELECT {_COLUMNS} FROM allocations_before")
    op.drop_table("allocations_before")
    op.create_index("ix_allocations_host", "allocations", ["host"])
