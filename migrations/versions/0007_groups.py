"""Groups: aggregates of hosts, and groups of servers with their members."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import FLAG, ID, LONG_TEXT, NAME, REAL, UUID, WHOLE, columns, create_table, numbered, reference

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "aggregates",
        numbered("id"),
        *columns(UUID, "uuid"),
        *columns(NAME, "name"),
        *columns(LONG_TEXT, "hosts", "items"),
        *columns(REAL, "created_at"),
        *columns(REAL, "updated_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uuid"),
        sa.UniqueConstraint("name"),
    )
    create_table(
        "server_groups",
        numbered("id"),
        *columns(UUID, "uuid"),
        *columns(ID, "project_id", "user_id"),
        *columns(NAME, "name"),
        *columns(sa.String(32), "policy"),
        *columns(WHOLE, "max_per_host"),
        *columns(FLAG, "limited"),
        *columns(REAL, "created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uuid"),
    )
    op.create_index("ix_server_groups_project", "server_groups", ["project_id"])
    create_table(
        "server_group_members",
        *columns(UUID, "instance_uuid", "group_uuid"),
        sa.PrimaryKeyConstraint("instance_uuid"),
        reference("instance_uuid", "instances.uuid"),
        reference("group_uuid", "server_groups.uuid"),
    )
    op.create_index("ix_server_group_members_group", "server_group_members", ["group_uuid"])


def downgrade() -> None:
    for table in ("server_group_members", "server_groups", "aggregates"):
        op.drop_table(table)
