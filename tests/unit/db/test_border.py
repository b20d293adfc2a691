"""Foreign errors, and what they are called inside."""

from __future__ import annotations

import pymysql
import pytest
from sqlalchemy.exc import OperationalError

from nova_lite.core.errors import Invalid
from nova_lite.db.border import is_transient, translated
from nova_lite.db.errors import DatabaseError, DatabaseUnavailable


def _refused(number: int, state: str) -> OperationalError:
    origin = pymysql.err.OperationalError(number, "in words")
    origin.sqlstate = state  # as PyMySQL sets it from what the server says
    return OperationalError("SELECT", {}, origin)


@pytest.mark.parametrize(("number", "state", "kind"), [
    (1205, "HY000", DatabaseUnavailable), (1213, "40001", DatabaseUnavailable), (2013, "HY000", DatabaseUnavailable),
    (1139, "42000", Invalid), (1366, "22007", DatabaseError),
])
def test_mariadbs_errors_are_known_by_their_numbers(number: int, state: str, kind: type[Exception]) -> None:
    error = _refused(number, state)
    assert (type(translated(error)), is_transient(error)) == (kind, kind is DatabaseUnavailable)
