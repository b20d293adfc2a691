"""Foreign errors at the border of the room."""

from __future__ import annotations

import sqlite3

import psycopg
import pymysql
import pytest
from psycopg import errors as postgresql
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nova_lite.core.errors import Invalid
from nova_lite.db.border import is_transient, translated
from nova_lite.db.errors import DatabaseError, DatabaseUnavailable


def _foreign(origin: BaseException, *, lost: bool = False) -> DBAPIError:
    return OperationalError("SELECT 1", {}, origin, connection_invalidated=lost)


def _sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("origin", [
    _sqlite(sqlite3.SQLITE_BUSY), _sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), _sqlite(sqlite3.SQLITE_CANTOPEN),
    postgresql.DeadlockDetected(), postgresql.SerializationFailure(), postgresql.AdminShutdown(),
    psycopg.OperationalError("connection refused"), pymysql.err.OperationalError(1213, "Deadlock found"),
    pymysql.err.OperationalError(1205, "Lock wait timeout"), pymysql.err.OperationalError(2003, "Can't connect"),
], ids=repr)
def test_what_passes_by_itself(origin: BaseException) -> None:
    assert is_transient(_foreign(origin))
    assert isinstance(translated(_foreign(origin)), DatabaseUnavailable)


@pytest.mark.parametrize("origin", [
    _sqlite(sqlite3.SQLITE_READONLY), postgresql.UndefinedColumn(), pymysql.err.OperationalError(1054, "Unknown column"),
    pymysql.err.ProgrammingError("no number"), ValueError("a defect"),
], ids=repr)
def test_what_does_not(origin: BaseException) -> None:
    assert not is_transient(_foreign(origin))
    assert isinstance(translated(_foreign(origin)), DatabaseError)


def test_a_lost_connection_and_an_exhausted_pool_pass() -> None:
    assert is_transient(_foreign(ValueError(), lost=True))
    assert is_transient(PoolTimeout())


@pytest.mark.parametrize("origin", [
    postgresql.InvalidRegularExpression(), pymysql.err.OperationalError(1139, "Regex error"),
], ids=repr)
def test_an_expression_that_the_database_does_not_know_is_the_callers(origin: BaseException) -> None:
    assert isinstance(translated(_foreign(origin)), Invalid)


def test_the_summary_is_one_line_without_the_statement() -> None:
    error = translated(_foreign(_sqlite(sqlite3.SQLITE_ERROR)))
    assert error.message == "the database refused a statement: database is locked"
