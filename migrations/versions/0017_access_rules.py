"""Access rules: the requests that an application credential is good for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import ID, LONG_TEXT, NAME, columns, create_table

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "identity_access_rules",
        *columns(ID, "id", "user_id", "service"),
        *columns(sa.String(16), "method"),
        *columns(NAME, "path"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "service", "method", "path"),
    )
    for column in columns(LONG_TEXT, "access_rule_ids", null=True):
        op.add_column("identity_application_credentials", column)


def downgrade() -> None:
    op.drop_column("identity_application_credentials", "access_rule_ids")
    op.drop_table("identity_access_rules")
