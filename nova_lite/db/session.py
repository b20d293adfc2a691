"""Opening the database: :class:`Database` runs functions in transactions, :class:`Tx` is what they work with."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, CursorResult, Delete, Engine, Executable, Insert, Row, Select, Update, insert
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock, SystemClock
from nova_lite.core.errors import NovaLiteError
from nova_lite.db import engines, upserts
from nova_lite.db.border import is_transient, never_sent, translated
from nova_lite.db.errors import DatabaseUnavailable, Drawn, Duplicate
from nova_lite.db.models.base import Base

T = TypeVar("T")
R = TypeVar("R")
A = TypeVar("A", bound=Base)
B = TypeVar("B", bound=Base)
Values = Mapping[str, Any]

PATIENCE = 30.0  # seconds for which a transaction is tried again
DRAWS = 4  # tries of a transaction that draws what somebody has
LONGEST_PAUSE = 0.1  # seconds between two tries


def paired(first: type[Base], second: type[Base], joined: Select[Any], *besides: ColumnElement[Any]) -> Select[Any]:
    """``select(first).join(second, ...)`` for :meth:`Tx.pairs`: all columns of both, and what is ``besides``."""
    one, two = first.__table__.c, second.__table__.c
    return joined.with_only_columns(*one, *two, *besides, maintain_column_froms=True)


@functools.cache
def _inserting(model: type[Base]) -> Insert:
    return insert(model)


class Tx:
    """One open transaction (or, from :meth:`Database.read`, one connection that may only read).

    Opaque outside this room: callers receive it from a :class:`Database` and pass it to functions of ``reads`` and
    ``writes``. Rows have the columns of their model as attributes. ``telling``: what operations do is to be told;
    ``turns``: whose turns (:func:`nova_lite.db.writes.limits.take_turn`) the transaction has.
    """

    __slots__ = ("_connection", "telling", "turns")

    def __init__(self, connection: Connection, telling: bool = False) -> None:
        self._connection, self.telling = connection, telling
        self.turns: set[str] = set()

    @property
    def locks_in_order(self) -> bool:
        """Whether a join that locks does so in the order of its tables. MariaDB begins where it finds least to read."""
        return self._connection.dialect.name != "mysql"

    def rows(self, statement: Select[R], **values: object) -> list[R]:
        """All rows of ``select(Model)``.

        ``values``, here and below, are those of its bound parameters: what every boot asks is a statement that is built
        once, because building it takes longer than running it.
        """
        return cast("list[R]", self._connection.execute(statement, values).all())

    def row(self, statement: Select[R], **values: object) -> R | None:
        """The first row of ``select(Model)``, None when there is none."""
        return self._connection.execute(statement, values).first()  # type: ignore[return-value]

    def scalars(self, statement: Select[R]) -> list[R]:
        """The values of ``select(Model.column)``."""
        return cast("list[R]", self._connection.execute(statement).scalars().all())

    def scalar(self, statement: Select[R]) -> R | None:
        """The first value of ``select(expression)``, None when there is no row."""
        return self._connection.execute(statement).scalar()

    def tuples(self, statement: Executable, **values: object) -> list[Any]:
        """The rows of a select of several columns."""
        return list(self._connection.execute(statement, values).all())

    def pairs(
        self, first: type[A], second: type[B], statement: Select[Any], **values: object
    ) -> list[tuple[A, B, tuple[Any, ...]]]:
        """The rows of what :func:`paired` made, each as its two, whose columns share names, and what is besides."""
        one, two = first.__table__.c, second.__table__.c
        found = self._connection.execute(statement, values).all()
        return [
            (cast("A", SimpleNamespace(**dict(zip(one.keys(), row, strict=False)))),
             cast("B", SimpleNamespace(**dict(zip(two.keys(), row[len(one):], strict=False)))),
             row[len(one) + len(two):])
            for row in map(tuple, found)
        ]

    def change(self, statement: Update | Delete, **values: object) -> int:
        """Run an UPDATE or DELETE; the number of rows that its condition matched.

        :raises Duplicate: it would give two records the same unique key. The transaction is lost then.
        """
        try:
            result = cast("CursorResult[Any]", self._connection.execute(statement, values))
        except IntegrityError as error:
            raise Duplicate("a record with the same key exists") from error
        return result.rowcount

    def changed_row(
        self, statement: Update, columns: Sequence[ColumnElement[Any]], again: Select[Any], **values: object
    ) -> Row[Any] | None:
        """Run an UPDATE of one row; these columns of it, None when its condition matched none.

        ``again`` selects them where the database has no RETURNING for updates (MariaDB).
        """
        if self._connection.dialect.update_returning:
            return self._connection.execute(statement.returning(*columns), values).first()
        return self._connection.execute(again).first() if self.change(statement, **values) else None

    def insert(self, model: type[Base], *values: Values, duplicate: NovaLiteError | None = None) -> None:
        """Insert rows, given as columns' values. A key that exists raises ``duplicate`` (default: Duplicate).

        The transaction is lost then: let the error pass.
        """
        if not values:
            return
        try:
            self._connection.execute(_inserting(model), [dict(row) for row in values])
        except IntegrityError as error:
            raise duplicate or Duplicate(f"{model.__tablename__}: a record with the same key exists") from error

    def insert_row(self, model: type[Base], values: Values, duplicate: NovaLiteError | None = None) -> int:
        """Insert one row of a table with a surrogate key; the key it got."""
        try:
            result = self._connection.execute(insert(model).values(dict(values)))
        except IntegrityError as error:
            raise duplicate or Duplicate(f"{model.__tablename__}: a record with the same key exists") from error
        key = result.inserted_primary_key
        return int(key[0]) if key is not None else 0

    def upsert(self, model: type[Base], *values: Values, keys: Sequence[str], update: Sequence[str]) -> None:
        """Insert rows; where one with the same unique ``keys`` exists, set its columns ``update`` from the new values.

        The rows are locked until the transaction ends, either way.
        """
        if not values:
            return
        rows = [dict(row) for row in values]
        name = self._connection.dialect.name
        self._connection.execute(upserts.statement(name, model, tuple(keys), tuple(update)), rows)


class Database:
    """A database by its URL. Nothing is opened before the first use, and a forked child opens its own connections."""

    def __init__(
        self, url: str, *, pool_size: int = 5, patience: float = PATIENCE, idle_timeout: int = 10,
        clock: Clock | None = None, telling: bool = False,
    ) -> None:
        """:param url: as SQLAlchemy writes it: sqlite:///FILE, postgresql+psycopg://…, mysql+pymysql://….

        :param patience: seconds for which a transaction that met a lock or a lost connection is tried again.
        :param idle_timeout: seconds after which a server ends a transaction of ours that has fallen silent.
        :param telling: keep with each operation what notifications are to tell of it.
        :raises Invalid: the URL is not one of a database that we support.
        """
        self._telling = telling
        self._url = engines.parse(url)
        self._pool_size = pool_size
        self._patience = patience
        self._idle_timeout = idle_timeout
        self._clock = clock or SystemClock()
        self._single_writer = self._url.get_backend_name() == "sqlite"
        self._owner = 0
        self._open()

    @property
    def backend(self) -> str:
        """``sqlite``, ``postgresql`` or ``mysql``."""
        return self._url.get_backend_name()

    def transact(self, function: Callable[[Tx], T]) -> T:
        """Run ``function`` in one write transaction and commit; what it raises rolls everything back.

        It is run again, from its beginning, when the database chose it as the victim of a deadlock, the lock or the
        connection was lost, or it drew what somebody has: it must do nothing but work on its Tx. Never call
        ``transact`` inside ``transact``.

        :raises Drawn: it did so :data:`DRAWS` times.
        :raises DatabaseUnavailable: no success within ``patience`` seconds, or the connection broke at the commit.
        :raises DatabaseError: the database refused a statement.
        """
        deadline = self._clock.monotonic() + self._patience
        pause, draws = 0.002, DRAWS
        while True:
            try:
                return self._attempt(function)
            except (DBAPIError, PoolTimeout) as error:
                if not is_transient(error) or self._clock.monotonic() >= deadline:
                    raise translated(error) from error
            except SQLAlchemyError as error:
                raise translated(error) from error
            except Drawn:
                draws -= 1
                if not draws:
                    raise
            concurrency.sleep(pause * (1 + os.getpid() % 10 / 10))  # rivals in other processes pause otherwise
            pause = min(pause * 2, LONGEST_PAUSE)

    @contextlib.contextmanager
    def read(self) -> Iterator[Tx]:
        """A Tx that may only read; each statement sees what was committed before it.

        :raises DatabaseUnavailable: the database does not answer.
        """
        self._open()
        try:
            with self._reader.connect() as connection:
                yield Tx(connection)
        except SQLAlchemyError as error:
            raise translated(error) from error

    def close(self) -> None:
        """Close all connections of this process. The database may be used again afterwards."""
        self._writer.dispose()
        self._reader.dispose()

    def _attempt(self, function: Callable[[Tx], T]) -> T:
        self._open()
        with self._my_turn(), self._writer.connect() as connection:
            with connection.begin() as transaction:
                result = function(Tx(connection, self._telling))
                try:
                    transaction.commit()
                except DBAPIError as error:
                    if never_sent(error):
                        raise
                    raise DatabaseUnavailable(
                        "the connection to the database broke during a commit; its outcome is not known"
                    ) from error
            if self._single_writer:
                engines.keep_log_short(connection)
            return result

    @contextlib.contextmanager
    def _my_turn(self) -> Iterator[None]:
        """SQLite has one writer at a time. Its own waiting would block the whole process, and with it the task that
        holds the lock: tasks of one process queue here instead.
        """
        if not self._single_writer:
            yield
            return
        turn = self._turn
        if not turn.acquire(self._patience):
            raise DatabaseUnavailable("the database stays busy: another transaction of this process does not end")
        try:
            yield
        finally:
            turn.release()

    def _open(self) -> None:
        if self._owner == os.getpid():
            return
        if self._owner:  # a fork: the parent's sockets are the parent's; forget them without a word on the wire
            self._writer.dispose(close=False)
            self._reader.dispose(close=False)
        self._owner = os.getpid()
        self._turn = concurrency.lock()
        self._writer: Engine = engines.writer(self._url, self._pool_size, self._idle_timeout)
        self._reader: Engine = engines.reader(self._url, self._pool_size)
