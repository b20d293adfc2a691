"""Uptime: how long a host has been up, in its own words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("compute_nodes", sa.Column("uptime", sa.String(255), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("compute_nodes", "uptime")
