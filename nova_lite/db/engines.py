"""Engines: how each of the three databases is opened so that it behaves the same.

Every process has two per database, each with its own small pool: one for writing (explicit transactions, READ
COMMITTED), one for reading (every statement by itself, and the database refuses to write). Connections are opened
when they are first needed.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from nova_lite.core.clock import Clock, SystemClock
from nova_lite.core.errors import Invalid

LOG = logging.getLogger(__name__)
BACKENDS = ("sqlite", "postgresql", "mysql")
CONNECT_TIMEOUT = 10  # seconds until a server that does not answer counts as absent
SILENCE = 20  # seconds without a sound after which a server, or the way to it, is gone: no statement takes so long
EXPRESSION_BUDGET = 0.5  # seconds of one statement of SQLite's for the regular expression of a filter
LOG_LIMIT = 16 << 20  # bytes of SQLite's log (WAL): some hundred boots
SQLITE_BUSY = 250  # milliseconds that SQLite itself waits for a lock, blocking the process; the rest is ours to wait


def parse(url: str) -> URL:
    """The URL with the driver that we use. Raises Invalid for a database that we do not know or cannot share."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Invalid("database.connection is not a database URL (dialect://user:password@host/name)") from error
    backend = "mysql" if parsed.get_backend_name() == "mariadb" else parsed.get_backend_name()
    if backend not in BACKENDS:
        raise Invalid(f"database {backend!r} is not supported; these are: sqlite, postgresql, mysql (MariaDB)")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise Invalid("an SQLite database needs a file: processes and connections share it")
    driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}[backend]
    return parsed.set(drivername=driver)


def writer(url: URL, pool_size: int, idle_timeout: int = 10, silence: int = SILENCE) -> Engine:
    """An engine for transactions that write.

    :param idle_timeout: seconds after which a server ends a transaction whose client has fallen silent: a process
        that was frozen in the middle must not keep the rows it holds from everybody else. SQLite has nobody to do so.
    :param silence: seconds for which a statement may run: longer than that, nobody is at the other end.
    """
    if url.get_backend_name() == "sqlite":
        engine = _engine(url, pool_size, silence)
        event.listen(engine, "connect", _sqlite_setup)
        # The write lock at once: a transaction that reads first and then finds the lock taken could not be retried
        # by waiting, only from its beginning.
        event.listen(engine, "begin", _begin_immediate)
        return engine
    engine = _engine(url, pool_size, silence, isolation_level="READ COMMITTED")
    event.listen(engine, "connect", functools.partial(_IDLE_LIMITS[url.get_backend_name()], idle_timeout))
    return engine


def reader(url: URL, pool_size: int) -> Engine:
    """An engine for statements that only read; the database refuses all others."""
    engine = _engine(url, pool_size, SILENCE, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _sqlite_setup)
        event.listen(engine, "connect", _sqlite_expressions)
        event.listen(engine, "before_cursor_execute", _next_statement)
    event.listen(engine, "connect", _READ_ONLY[url.get_backend_name()])
    return engine


def _engine(url: URL, pool_size: int, silence: int, **options: Any) -> Engine:
    backend = url.get_backend_name()
    if backend == "postgresql":
        options |= {"connect_args": _postgresql_arguments(silence), "use_native_hstore": False}
    elif backend == "mysql":
        times = {"connect_timeout": CONNECT_TIMEOUT, "read_timeout": silence, "write_timeout": silence}
        options["connect_args"] = {**times, "charset": "utf8mb4"}
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=pool_size, pool_timeout=30, pool_use_lifo=True,
        pool_pre_ping=backend != "sqlite", hide_parameters=True, **options,
    )
    if backend == "postgresql":
        event.listen(engine, "do_connect", functools.partial(_connect_waiting, silence))
    return engine


def _postgresql_arguments(silence: int) -> dict[str, int]:
    """What the kernel does about a connection whose other end is no more: by itself it would wait for hours."""
    return {
        "connect_timeout": CONNECT_TIMEOUT, "keepalives_idle": silence // 2, "keepalives_interval": 5,
        "keepalives_count": 2, "tcp_user_timeout": silence * 1000,
    }


def _sqlite_setup(connection: Any, record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.execute("PRAGMA busy_timeout=5000").close()  # a database being recovered is locked for longer
    # LIKE tells case apart, as on the other databases.
    # SQLite would carry over the log at every commit once it is long, and under load it never gets short again: each
    # commit would wait for the disk. See keep_log_short.
    pragmas = (
        "journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=0", "foreign_keys=ON", "case_sensitive_like=ON",
    )
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").close()
    connection.execute(f"PRAGMA busy_timeout={SQLITE_BUSY}").close()


def keep_log_short(connection: Connection) -> None:
    """After a commit: carry SQLite's log over into the database and empty it, if it is longer than :data:`LOG_LIMIT`.

    Whoever reads or writes meanwhile in another process is not waited for: what cannot be done is left to a later
    commit.
    """
    path = connection.engine.url.database
    try:
        if os.stat(f"{path}-wal").st_size < LOG_LIMIT:
            return
    except FileNotFoundError:  # a file system on which SQLite cannot have one
        return
    database = connection.connection.driver_connection
    assert isinstance(database, sqlite3.Connection)
    try:
        database.execute("PRAGMA busy_timeout=0").close()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    except sqlite3.Error as error:  # what was committed is in the log: nothing is lost
        LOG.warning("the log of %s stays long: %s", path, error)
    finally:
        database.execute(f"PRAGMA busy_timeout={SQLITE_BUSY}").close()


class Expressions:
    """REGEXP of one SQLite connection.

    SQLite runs it in this process, where nothing else runs meanwhile: a statement has :data:`EXPRESSION_BUDGET` for it,
    over all rows.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock, self._left = clock, EXPRESSION_BUDGET

    def begin(self) -> None:
        """Another statement."""
        self._left = EXPRESSION_BUDGET

    def __call__(self, expression: str, text: str | None) -> bool | None:
        """Raises TimeoutError: the statement's time is over."""
        if text is None:
            return None
        if self._left <= 0:
            raise TimeoutError(expression)
        began = self._clock.monotonic()
        found = re.search(expression, text) is not None
        self._left -= self._clock.monotonic() - began
        return found


def _sqlite_expressions(connection: Any, record: Any) -> None:
    record.info[Expressions] = expressions = Expressions(SystemClock())
    connection.create_function("regexp", 2, expressions, deterministic=True)


def _next_statement(connection: Connection, *_: object) -> None:
    connection.info[Expressions].begin()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _sqlite_read_only(connection: Any, record: object) -> None:
    connection.execute("PRAGMA query_only=ON").close()


def _postgresql_read_only(connection: Any, record: object) -> None:
    connection.execute("SET default_transaction_read_only = on").close()


def _mysql_read_only(connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")


def _postgresql_idle_limit(seconds: int, connection: Any, record: object) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = '{seconds}s'").close()
    connection.commit()


def _mysql_idle_limit(seconds: int, connection: Any, record: object) -> None:
    # The comment is read by MariaDB, not by MySQL, which has no such limit.
    idle = f"/*M!100300 , idle_transaction_timeout = {seconds} */"
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION innodb_lock_wait_timeout = 10 {idle}")


_IDLE_LIMITS = {"postgresql": _postgresql_idle_limit, "mysql": _mysql_idle_limit}
_READ_ONLY = {"sqlite": _sqlite_read_only, "postgresql": _postgresql_read_only, "mysql": _mysql_read_only}


def _connect_waiting(silence: int, dialect: object, record: object, arguments: Any, options: Any) -> Any:
    from nova_lite.db.waiting_psycopg import WaitingConnection  # psycopg is for those who use PostgreSQL

    made = WaitingConnection.connect(*arguments, **options)
    made.silence = silence
    return made
