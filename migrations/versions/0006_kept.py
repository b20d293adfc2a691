"""Kept: what an instance keeps for later, the flavor before a resize and the image of a shelved server."""

from __future__ import annotations

from alembic import op

from nova_lite.db.ddl import LONG_TEXT, columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in columns(LONG_TEXT, "kept", null=True):
        op.add_column("instances", column)


def downgrade() -> None:
    op.drop_column("instances", "kept")
