"""Reading the records of the identity service: one way for all of them, as columns and fields have the same names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import Select, select

from nova_lite.db.models.base import Base
from nova_lite.db.models.identity import PasswordRow, RevocationRow
from nova_lite.db.session import Tx
from nova_lite.objects.identity import Password, Revocation

V = TypeVar("V", bound=msgspec.Struct)

Wanted = str | bool | None | tuple[str, ...]


def matching(
    tx: Tx, model: type[Base], kind: type[V], wanted: dict[str, Wanted], order: str | None = None
) -> Sequence[V]:
    """All whose columns equal what is wanted (None: are NULL; a tuple: are one of), by the column ``order``."""
    statement: Select[tuple[Base]] = select(model)
    for name, value in wanted.items():
        column = getattr(model, name)
        statement = statement.where(column.in_(value) if isinstance(value, tuple) else column == value)
    if order is not None:
        statement = statement.order_by(getattr(model, order))
    return [_value(row, kind) for row in tx.tuples(statement)]


def password(tx: Tx, user_id: str) -> Password | None:
    """The password of a user."""
    row = tx.row(select(PasswordRow).where(PasswordRow.user_id == user_id))
    return None if row is None else _value(row, Password)


def revocations(tx: Tx, since: float) -> Sequence[Revocation]:
    """All with a time of ``since`` or later."""
    rows = tx.tuples(select(RevocationRow).where(RevocationRow.at >= since))
    return [_value(row, Revocation) for row in rows]


def _value(row: object, kind: type[V]) -> V:
    return kind(**{name: getattr(row, name) for name in kind.__struct_fields__})
