"""What migrations are written with: the portable types and the options of the first schema.

Revisions that exist are history: what is here may grow, and must not change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

UUID, ID, NAME = sa.String(36), sa.String(64), sa.String(255)
WHOLE, FLAG = sa.Integer(), sa.Boolean()
REAL: sa.Double[float] = sa.Double()
LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def columns(kind: sa.types.TypeEngine[Any], *names: str, null: bool = False) -> Iterator[sa.Column[Any]]:
    """Columns of one type."""
    return (sa.Column(name, kind, nullable=null) for name in names)


def numbered(name: str) -> sa.Column[int]:
    """A key that grows with each insert."""
    return sa.Column(name, NUMBER, autoincrement=True, nullable=False)


def reference(column: str, target: str, *, cascade: bool = True) -> sa.ForeignKeyConstraint:
    """``column`` names a row by ``target`` (``table.column``), and goes with it or keeps it."""
    return sa.ForeignKeyConstraint([column], [target], ondelete="CASCADE" if cascade else None)


def create_table(name: str, *items: sa.schema.SchemaItem) -> None:
    """A table with the options of each database; constraints get their names from the convention of the models.

    On MariaDB names differ by case and by trailing blanks, as on the other two databases.
    """
    op.create_table(
        name, *items, mysql_engine="InnoDB", mysql_charset="utf8mb4", mysql_collate="utf8mb4_nopad_bin"
    )
