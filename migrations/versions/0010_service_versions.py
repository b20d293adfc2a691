"""Service versions: what each daemon understands on the bus."""

from __future__ import annotations

from alembic import op

from nova_lite.db.ddl import LONG_TEXT, columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in columns(LONG_TEXT, "versions", null=True):
        op.add_column("services", column)


def downgrade() -> None:
    op.drop_column("services", "versions")
