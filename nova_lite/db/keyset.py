"""Pages by keyset: "what comes after this row in this order", the same cost whatever the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Boolean, ColumnElement, and_, case, false, or_

Direction = Literal["asc", "desc"]


@dataclass(frozen=True, slots=True)
class Key:
    """One expression of an order. It must never be NULL: wrap what may be in ``coalesce``."""

    expression: ColumnElement[Any]
    direction: Direction

    def __post_init__(self) -> None:
        if isinstance(self.expression.type, Boolean):  # no database is asked which of two truths is the greater
            object.__setattr__(self, "expression", case((self.expression.is_(True), 1), else_=0))


def ordering(keys: Sequence[Key]) -> list[ColumnElement[Any]]:
    """The ORDER BY clause. The last key must be unique."""
    return [key.expression.desc() if key.direction == "desc" else key.expression.asc() for key in keys]


def after(keys: Sequence[Key], values: Sequence[Any]) -> ColumnElement[bool]:
    """The condition of rows that come after the row whose keys have ``values``.

    ``(a, b) > (x, y)`` is spelled out, because directions may differ, with ``a >= x`` in front for the index.
    """
    values = [int(value) if isinstance(value, bool) else value for value in values]
    found: ColumnElement[bool] = false()
    for position in reversed(range(len(keys))):
        further = _beyond(keys[position], values[position])
        found = or_(further, and_(keys[position].expression == values[position], found))
    first = keys[0]
    bound = first.expression <= values[0] if first.direction == "desc" else first.expression >= values[0]
    return and_(cast("ColumnElement[bool]", bound), found)


def _beyond(key: Key, value: Any) -> ColumnElement[bool]:
    return cast(
        "ColumnElement[bool]", key.expression < value if key.direction == "desc" else key.expression > value
    )
