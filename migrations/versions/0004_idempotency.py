"""Idempotency: tokens of requests that are carried out once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import ID, NAME, REAL, UUID, columns, create_table

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "idempotency_tokens",
        *columns(ID, "project_id"),
        *columns(NAME, "token"),
        *columns(sa.String(64), "fingerprint"),
        *columns(UUID, "instance_uuid"),
        *columns(REAL, "created_at"),
        sa.PrimaryKeyConstraint("project_id", "token"),
    )
    op.create_index("ix_idempotency_tokens_created_at", "idempotency_tokens", ["created_at"])


def downgrade() -> None:
    op.drop_table("idempotency_tokens")
