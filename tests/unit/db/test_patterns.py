"""Conditions over text."""

from __future__ import annotations

import pytest
from sqlalchemy import column
from sqlalchemy.dialects import sqlite

from nova_lite.core.errors import Invalid
from nova_lite.db.patterns import matching


def _sql(name: str) -> str:
    return str(matching(column("name"), name).compile(dialect=sqlite.dialect()))


@pytest.mark.parametrize("name", ["web", "web 1", "web-1", "a_b", "100%", ""])
def test_plain_text_is_looked_for_as_it_is(name: str) -> None:
    assert "LIKE" in _sql(name)


@pytest.mark.parametrize("name", ["^web", "web$", "w.b", "a|b", "a*", "[ab]"])
def test_expressions_are_run_as_such(name: str) -> None:
    assert "REGEXP" in _sql(name)


@pytest.mark.parametrize("name", ["(a+)+$", "((a*))*", "(a|aa)+$", "(x(a|b))*", "a*b*c*d*e", "(?:a{1,9}){1,9}",
                                  "a?" * 28 + "a" * 28, "(a?){28}a{28}"])
def test_what_may_take_for_ever_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="too complex"):
        matching(column("name"), name)


@pytest.mark.parametrize(
    "name", ["^web-[0-9]+$", "(web|db)-[(*+)]*", "(web)+", r"a\(b*\)+", ".*x.*", "(a+)?b", "(?i)web", "(?:web|db)?1"]
)
def test_what_people_write_is_not(name: str) -> None:
    assert "REGEXP" in _sql(name)


@pytest.mark.parametrize("name", ["[", "(", "*", "a{9999999999}", "(" * 300])
def test_what_is_neither_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="is not a regular expression"):
        matching(column("name"), name)
