"""Enrolment: tickets for new identities on the bus, and their keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import ID, NAME, REAL, columns, create_table

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "enrolment_tickets",
        *columns(ID, "id"),
        *columns(NAME, "identity"),
        *columns(ID, "key"),
        *columns(REAL, "expires_at"),
        *columns(REAL, "used_at", null=True),
        sa.PrimaryKeyConstraint("id"),
    )
    create_table(
        "bus_keys",
        *columns(NAME, "identity"),
        *columns(sa.Text(), "public_key"),
        *columns(REAL, "enrolled_at"),
        *columns(REAL, "revoked_at", null=True),
        sa.PrimaryKeyConstraint("identity"),
    )


def downgrade() -> None:
    op.drop_table("bus_keys")
    op.drop_table("enrolment_tickets")
