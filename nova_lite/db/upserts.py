"""INSERT that updates what is there already: every database says it in its own way."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from nova_lite.db.models.base import Base

if TYPE_CHECKING:
    from sqlalchemy import Insert
    from sqlalchemy.dialects import postgresql, sqlite

# Imports in functions: a process speaks to one database, and each of the others would cost it one or two MiB.


@functools.cache
def statement(dialect: str, model: type[Base], keys: tuple[str, ...], update: tuple[str, ...]) -> Insert:
    """Insert a row; where one with the same unique ``keys`` exists, set its columns ``update`` from the new values."""
    if dialect == "mysql":
        return _mysql(model, update)
    adding = _postgresql(model) if dialect == "postgresql" else _sqlite(model)
    fresh = {name: adding.excluded[name] for name in update}
    return adding.on_conflict_do_update(index_elements=keys, set_=fresh)


def _mysql(model: type[Base], update: tuple[str, ...]) -> Insert:
    from sqlalchemy.dialects import mysql

    adding = mysql.insert(model)
    return adding.on_duplicate_key_update({name: adding.inserted[name] for name in update})


def _postgresql(model: type[Base]) -> postgresql.Insert:
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(model)


def _sqlite(model: type[Base]) -> sqlite.Insert:
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(model)
