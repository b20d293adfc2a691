"""What all tables share: the declarative base, portable column types, and the options of each database.

A model class gives its table and the types of its columns. It is never instantiated: statements run on a Core
connection, and the rows that come back have the columns as attributes (:meth:`nova_lite.db.session.Tx.rows`).
Column names must therefore not be methods of a row: ``count``, ``index``.
"""

from __future__ import annotations

import enum
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import msgspec
from sqlalchemy import BigInteger, Boolean, Double, Integer, MetaData, String, Text, TypeDecorator
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

T = TypeVar("T")
E = TypeVar("E", bound=enum.StrEnum)

# Names that are the same on every database make migrations able to drop what they have made.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# Binary collation without padding: names differ by case and by trailing blanks, as on SQLite and PostgreSQL.
_MYSQL = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_nopad_bin"}

LongText = Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
"""Text without a practical limit: MariaDB's TEXT would end at 64 KiB."""

RowId = Annotated[
    int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
]
"""A surrogate key that grows with each insert. SQLite numbers rows by itself only for INTEGER keys."""

RowRef = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"))]
"""A reference to a surrogate key."""

Uuid = Annotated[str, mapped_column(String(36))]
"""A UUID in its canonical form. Not CHAR: PostgreSQL compares CHAR with text outside its index."""

ExternalId = Annotated[str, mapped_column(String(64))]
"""An id of the identity service (32 hex digits; a real Keystone may give up to 64 characters)."""


class Encoded(TypeDecorator[T], Generic[T]):
    """A column that holds a value of any msgspec type as JSON text. Not for what statements filter by.

    Give the type itself: ``mapped_column(Encoded(Flavor))``. NULL stays None.
    """

    impl = LongText
    cache_ok = True

    def __init__(self, value_type: Any) -> None:
        super().__init__()
        self.value_type = value_type
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(value_type)

    def process_bind_param(self, value: T | None, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> T | None:
        return None if value is None else self._decoder.decode(value)


class Searchable(Encoded[T]):
    """An encoded flat list or dictionary of strings that patterns can search (``nova_lite.db.patterns``).

    Each item stands on a line of its own: a line break cannot occur inside a string of JSON, so what follows one is
    always the beginning of an item.
    """

    cache_ok = True

    def process_bind_param(self, value: T | None, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.format(msgspec.json.encode(value), indent=1).decode()


class EnumText(TypeDecorator[E], Generic[E]):
    """A column that holds a ``StrEnum`` by its value, without a type or a constraint of the database."""

    impl = String(32)
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.kind(value)


class Base(DeclarativeBase):
    """The base of every model of every helper room. ``str`` is VARCHAR(255); times are ``float`` seconds."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: String(255), int: Integer, float: Double, bool: Boolean,
    }
    __table_args__: Any = _MYSQL


def table_args(*items: Any) -> tuple[Any, ...]:
    """``__table_args__`` of a model with indexes or constraints of its own."""
    return (*items, _MYSQL)


class SoftDelete:
    """Mixin of rows that stay after deletion: ``deleted`` is empty for a live row and the row's own id afterwards,
    so that a unique key over (name, deleted) holds among the living only.
    """

    deleted_at: Mapped[float | None]
    deleted: Mapped[Uuid] = mapped_column(default="")
