"""Told: when, by the teller's clock, what is on record of hosts, daemons, operations and guests was so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import REAL

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("compute_nodes", "services", "operations", "instances")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("told_at", REAL, nullable=False, server_default="0"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_column(table, "told_at")
