"""UPDATE by compare-and-swap: of the row that is still what it was."""

from __future__ import annotations

import functools

from sqlalchemy import Table, Update, bindparam, update

from nova_lite.db.models.base import Base


@functools.cache
def still(model: type[Base], *columns: str) -> Update:
    """Update the row whose ``columns`` are what the values ``was_COLUMN`` say; the other values are what it sets.

    Made once for each set of columns: building it took longer than running it.
    For :meth:`nova_lite.db.session.Tx.change`.
    """
    table = model.__table__
    assert isinstance(table, Table)
    return update(table).where(*(table.c[name] == bindparam(f"was_{name}") for name in columns))
