"""What a request wished of its server beyond the guest: who resizes the file system, which zone, which hints; and who
has locked it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import LONG_TEXT, NAME, columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE = sa.table("instances", sa.column("locked"), sa.column("locked_by"), sa.column("hints"))
_WORD = sa.String(16)


def upgrade() -> None:
    op.add_column("instances", sa.Column("disk_config", _WORD, nullable=False, server_default="MANUAL"))
    for column in (*columns(NAME, "pinned_zone", null=True), *columns(_WORD, "locked_by", null=True)):
        op.add_column("instances", column)
    for column in columns(LONG_TEXT, "hints", null=True):
        op.add_column("instances", column)
    op.execute(_TABLE.update().where(_TABLE.c.locked.is_(sa.true())).values(locked_by="owner"))


def downgrade() -> None:
    for name in ("hints", "locked_by", "pinned_zone", "disk_config"):
        op.drop_column("instances", name)
