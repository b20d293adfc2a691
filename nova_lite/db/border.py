"""Foreign errors at the border: which of them pass by themselves, and what they are called inside."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nova_lite.core.errors import Invalid, NovaLiteError
from nova_lite.db.errors import DatabaseError, DatabaseUnavailable

# serialization_failure, deadlock_detected, lock_not_available; too_many_connections, admin_shutdown, crash_shutdown,
# cannot_connect_now, idle_in_transaction_session_timeout
_POSTGRESQL: set[str | int | None] = {"40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03", "25P03"}
# lock wait timeout, deadlock, record changed since last read; cannot connect, too many connections, gone away, lost
_MYSQL: set[str | int | None] = {1205, 1213, 1020, 2002, 2003, 1040, 2006, 2013}
_BAD_EXPRESSION = ("2201B", 1139)
_SQLITE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN}


def is_transient(error: SQLAlchemyError) -> bool:
    """True for deadlocks, lost serialisation, busy locks, lost or refused connections, and an exhausted pool."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or _lost_a_race(error.orig) or _not_connected(error.orig)


def translated(error: SQLAlchemyError) -> NovaLiteError:
    """The error of ours that leaves this room in the place of SQLAlchemy's."""
    origin = getattr(error, "orig", None)
    summary = str(origin or error).strip().split("\n")[0]
    if _code(origin) in _BAD_EXPRESSION:
        return Invalid("this is not a regular expression that the database understands", field="name")
    if "user-defined function raised" in summary:
        return Invalid("this regular expression takes too long", field="name")
    if is_transient(error):
        return DatabaseUnavailable(f"the database does not answer or stays busy: {summary}")
    return DatabaseError(f"the database refused a statement: {summary}")


def never_sent(error: DBAPIError) -> bool:
    """True when a failed COMMIT certainly did not commit: the database said so over a live connection."""
    return not error.connection_invalidated


def _lost_a_race(origin: BaseException | None) -> bool:
    if origin is None:
        return False
    if isinstance(origin, sqlite3.OperationalError):
        return origin.sqlite_errorcode & 0xFF in _SQLITE
    return _code(origin) in _POSTGRESQL | _MYSQL


def _code(origin: BaseException | None) -> str | int | None:
    """PostgreSQL's five characters or MariaDB's number, whose five characters say less: HY000 is anything."""
    if origin is not None and origin.args and isinstance(origin.args[0], int):
        return origin.args[0]
    found: str | None = getattr(origin, "sqlstate", None)
    return found


def _not_connected(origin: BaseException | None) -> bool:
    # psycopg has no code for a connection that could not be made: it has no server to give one.
    kind = type(origin)
    return kind.__module__.startswith("psycopg") and kind.__name__ in ("OperationalError", "ConnectionTimeout") and (
        getattr(origin, "sqlstate", None) is None
    )
