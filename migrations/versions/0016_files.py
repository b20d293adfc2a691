"""Files: what a server's config drive is to hold besides, as clients before 2.57 give it."""

from __future__ import annotations

from alembic import op

from nova_lite.db.ddl import LONG_TEXT, columns

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in columns(LONG_TEXT, "files", null=True):
        op.add_column("instances", column)


def downgrade() -> None:
    op.drop_column("instances", "files")
