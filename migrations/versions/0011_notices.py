"""Notices: what is still to be told of operations, and whose duty it is to tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import LONG_TEXT, NAME, REAL, WHOLE, columns, create_table

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("operations", sa.Column("untold", WHOLE, nullable=False, server_default="0"))
    for column in columns(LONG_TEXT, "began_with", "ended_with", null=True):
        op.add_column("operations", column)
    op.create_index("ix_operations_untold", "operations", ["untold"])
    create_table(
        "duties", *columns(NAME, "name", "holder"), *columns(REAL, "expires_at"), sa.PrimaryKeyConstraint("name")
    )


def downgrade() -> None:
    op.drop_table("duties")
    op.drop_index("ix_operations_untold", "operations")
    for column in ("ended_with", "began_with", "untold"):
        op.drop_column("operations", column)
