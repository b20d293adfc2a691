"""UPDATE by compare-and-swap, of the row that is still what it was; and of times, which do not go back."""

from __future__ import annotations

import functools

from sqlalchemy import Case, Table, Update, bindparam, case, update
from sqlalchemy.orm import InstrumentedAttribute

from nova_lite.core.clock import AHEAD
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


def following(column: InstrumentedAttribute[float], now: float) -> Case[float]:
    """What a column of times is set to: ``now``, but see :func:`nova_lite.core.clock.following`."""
    return case((column.between(now, now + AHEAD), column), else_=now)
