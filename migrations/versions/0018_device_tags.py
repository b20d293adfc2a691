"""Device tags: what the owner of a server calls its interfaces."""

from __future__ import annotations

import sqlalchemy
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ports", sqlalchemy.Column("device_tag", sqlalchemy.String(255), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("ports", "device_tag")
