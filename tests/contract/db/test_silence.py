"""Connections that fall silent without a close, as behind a firewall that has forgotten them: nobody waits for ever."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from sqlalchemy import func, make_url, select

from nova_lite.core import concurrency
from nova_lite.db import engines
from nova_lite.db.errors import DatabaseUnavailable
from nova_lite.db.models.quotas import QuotaRow
from nova_lite.db.session import Database, Tx
from tests.integration.link import Link

T = TypeVar("T")
SILENCE = 3  # seconds, in the place of engines.SILENCE
PATIENCE = 300.0  # seconds; who waits for ever waits longer

pytestmark = [
    pytest.mark.promise(1, 6), pytest.mark.parametrize("new_database", ["postgresql", "mysql"], indirect=True),
]


@pytest.fixture
def link(migrated: str) -> Iterator[Link]:
    port = make_url(migrated).port
    assert port is not None
    with Link(port) as link:
        yield link


@pytest.fixture
def database(database: Database, migrated: str, link: Link, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The migrated database, over the link."""
    monkeypatch.setattr(engines, "writer", functools.partial(engines.writer, silence=SILENCE))
    monkeypatch.setattr(engines, "SILENCE", SILENCE)
    url = make_url(migrated).set(port=link.port).render_as_string(hide_password=False)
    linked = Database(url, idle_timeout=SILENCE)  # what is left of a silent transaction holds its rows so long
    yield linked
    link.cut()  # what still waits waits no longer
    linked.close()


def in_time(function: Callable[[], T]) -> T:
    """What it returns; it must not take longer than patience lasts."""
    return concurrency.spawn(function).wait(PATIENCE)


def add(project: str, tx: Tx) -> None:
    tx.insert(QuotaRow, {"project_id": project, "resource": "cores", "hard_limit": 1})


def count(database: Database) -> int | None:
    with database.read() as tx:
        return tx.scalar(select(func.count()).select_from(QuotaRow))


def test_those_that_wait_in_the_pool_are_replaced(database: Database, link: Link) -> None:
    database.transact(functools.partial(add, "a"))
    assert count(database) == 1
    link.silence()
    in_time(lambda: database.transact(functools.partial(add, "b")))
    assert in_time(lambda: count(database)) == 2


def test_a_transaction_is_tried_again_on_another_one(database: Database, link: Link) -> None:
    tries: list[str] = []

    def write(tx: Tx) -> None:
        add("a", tx)
        tries.append("one more")
        if len(tries) == 1:
            link.silence()
        add("b", tx)

    in_time(lambda: database.transact(write))
    # The server's own end of the silent one may come late: what it holds makes the second try fail, too.
    assert len(tries) > 1
    assert count(database) == 2


def test_a_commit_without_an_answer_is_said_to_be_unknown(database: Database, link: Link) -> None:
    def write(tx: Tx) -> None:
        add("a", tx)
        link.silence()

    with pytest.raises(DatabaseUnavailable, match="its outcome is not known"):
        in_time(lambda: database.transact(write))
    # The statement before it was heard; the commit was not.
    assert in_time(lambda: count(database)) == 0


def test_a_read_ends(database: Database, link: Link) -> None:
    with pytest.raises(DatabaseUnavailable), database.read() as tx:
        tx.scalar(select(func.count()).select_from(QuotaRow))
        link.silence()
        in_time(lambda: tx.scalar(select(func.count()).select_from(QuotaRow)))
