"""Opening databases: what a transaction promises, what a read may not do, and what passes by itself."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, literal_column, select, update

from nova_lite.core.errors import Conflict, Invalid, NovaLiteError
from nova_lite.db import engines, migration
from nova_lite.db.errors import DatabaseError, DatabaseUnavailable, Duplicate
from nova_lite.db.models.quotas import QuotaRow
from nova_lite.db.session import Database, Tx
from tests.contract.db.cloud import all_at_once


def _row(project: str, limit: int = 1) -> dict[str, object]:
    return {"project_id": project, "resource": "cores", "hard_limit": limit}


def _add(tx: Tx, *projects: str) -> None:
    tx.insert(QuotaRow, *(_row(project) for project in projects))


def _limit(database: Database, project: str) -> int | None:
    with database.read() as tx:
        return tx.scalar(select(QuotaRow.hard_limit).where(QuotaRow.project_id == project))


def _increase(tx: Tx, project: str) -> int:
    own = QuotaRow.project_id == project
    return tx.change(update(QuotaRow).where(own).values(hard_limit=QuotaRow.hard_limit + 1))


def test_a_transaction_is_committed_and_gives_its_result(database: Database) -> None:
    def write(tx: Tx) -> str:
        _add(tx, "a")
        return "done"

    assert database.transact(write) == "done"
    assert _limit(database, "a") == 1


def test_any_error_rolls_everything_back(database: Database) -> None:
    def fails(tx: Tx) -> None:
        _add(tx, "a")
        raise NovaLiteError("halfway")

    with pytest.raises(NovaLiteError, match="halfway"):
        database.transact(fails)
    assert _limit(database, "a") is None


def test_a_key_that_exists_is_a_duplicate_or_what_the_caller_calls_it(database: Database) -> None:
    database.transact(lambda tx: _add(tx, "a"))
    with pytest.raises(Duplicate, match="quotas"):
        database.transact(lambda tx: _add(tx, "b", "a"))
    with pytest.raises(Conflict, match="taken"):
        database.transact(lambda tx: tx.insert(QuotaRow, _row("a"), duplicate=Conflict("taken")))
    assert _limit(database, "b") is None


def test_keys_differ_by_case_and_trailing_blanks(database: Database) -> None:
    database.transact(lambda tx: _add(tx, "a", "A", "a "))
    with database.read() as tx:
        assert tx.scalar(select(func.count()).where(QuotaRow.project_id == "a")) == 1


def test_upsert_inserts_what_is_new_and_updates_what_is_there(database: Database) -> None:
    database.transact(lambda tx: _add(tx, "a"))
    database.transact(lambda tx: tx.upsert(
        QuotaRow, _row("a", 5), _row("b", 6), keys=("project_id", "resource"), update=("hard_limit",)
    ))
    assert (_limit(database, "a"), _limit(database, "b")) == (5, 6)


def test_a_change_counts_the_rows_that_matched_even_if_nothing_new(database: Database) -> None:
    database.transact(lambda tx: _add(tx, "a"))
    same = update(QuotaRow).where(QuotaRow.project_id == "a").values(hard_limit=1)
    assert database.transact(lambda tx: tx.change(same)) == 1


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(DatabaseError), database.read() as tx:
        _add(tx, "a")
    with pytest.raises(DatabaseError), database.read() as tx:
        _increase(tx, "a")
    assert _limit(database, "a") is None


def test_a_read_sees_what_was_committed_before_each_statement(database: Database) -> None:
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(QuotaRow)) == 0
        database.transact(lambda other: _add(other, "a"))
        assert tx.scalar(select(func.count()).select_from(QuotaRow)) == 1


def test_a_read_neither_waits_for_a_writer_nor_sees_its_work(database: Database) -> None:
    def write(tx: Tx) -> int | None:
        _add(tx, "a")
        return _limit(database, "a")

    assert database.transact(write) is None


def test_a_statement_that_is_nonsense_is_our_error(database: Database) -> None:
    with pytest.raises(DatabaseError, match="refused"), database.read() as tx:
        tx.scalar(select(literal_column("no_such_column")))
    with pytest.raises(DatabaseError, match="refused"):
        database.transact(lambda tx: tx.scalar(select(literal_column("no_such_column"))))


def test_increments_from_many_tasks_are_all_there(database: Database) -> None:
    database.transact(lambda tx: _add(tx, "a"))
    all_at_once(*(lambda: database.transact(lambda tx: _increase(tx, "a")) for _ in range(10)))
    assert _limit(database, "a") == 11


def test_the_victim_of_a_deadlock_is_tried_again(database: Database) -> None:
    """Two transactions that take two rows in opposite orders, made to meet in the middle."""
    database.transact(lambda tx: _add(tx, "a", "b"))
    meeting, crossed = threading.Barrier(2), database.backend != "sqlite"  # SQLite's one writer meets nobody
    tries: list[str] = []

    def cross(first: str, second: str) -> None:
        met = False

        def write(tx: Tx) -> None:
            nonlocal met
            tries.append(first)
            _increase(tx, first)
            if crossed and not met:
                meeting.wait(300)
                met = True
            _increase(tx, second)

        database.transact(write)

    assert all_at_once(lambda: cross("a", "b"), lambda: cross("b", "a")) == [None, None]
    assert (_limit(database, "a"), _limit(database, "b")) == (3, 3)
    assert len(tries) > 2 if crossed else len(tries) == 2


def _increase_in_child(database: Database, project: str) -> None:
    database.transact(lambda tx: _increase(tx, project))
    database.close()


def test_forked_children_open_connections_of_their_own(database: Database) -> None:
    database.transact(lambda tx: _add(tx, "a"))
    fork = multiprocessing.get_context("fork")
    children = [fork.Process(target=_increase_in_child, args=(database, "a")) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(300)
    assert [child.exitcode for child in children] == [0] * 4
    assert _limit(database, "a") == 5
    database.transact(lambda tx: _increase(tx, "a"))


def test_a_closed_database_opens_again(database: Database) -> None:
    database.transact(lambda tx: _add(tx, "a"))
    database.close()
    assert _limit(database, "a") == 1


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)  # servers queue writers by themselves
def test_a_writer_that_waits_too_long_is_told(migrated: str, database: Database) -> None:
    impatient = Database(migrated, patience=0.0)

    def write(tx: Tx) -> None:
        _add(tx, "a")
        impatient.transact(lambda other: _add(other, "b"))

    with pytest.raises(DatabaseUnavailable, match="busy"):
        database.transact(write)
    impatient.close()


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_a_transaction_inside_a_transaction_is_told_instead_of_waiting_for_itself(migrated: str) -> None:
    database = Database(migrated, patience=0.0)
    with pytest.raises(DatabaseUnavailable, match="another transaction of this process"):
        database.transact(lambda tx: database.transact(lambda other: _add(other, "a")))
    database.close()


@pytest.mark.parametrize("url", ["postgresql://nova@127.0.0.1:1/nova", "mysql://nova@127.0.0.1:1/nova"])
def test_a_server_that_is_not_there_is_unavailable(url: str) -> None:
    database = Database(url, patience=0.0)
    with pytest.raises(DatabaseUnavailable):
        database.transact(lambda tx: tx.scalar(select(literal_column("1"))))
    with pytest.raises(DatabaseUnavailable), database.read():
        pass
    database.close()


@pytest.mark.parametrize("url", ["", "nonsense", "oracle://x/y", "sqlite://", "sqlite:///:memory:"])
def test_urls_that_cannot_work_are_refused(url: str) -> None:
    with pytest.raises(Invalid):
        Database(url)


def test_nothing_is_opened_before_it_is_needed(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path / 'later'}").close()
    assert list(tmp_path.iterdir()) == []


def test_the_log_of_sqlite_stays_short_while_others_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 64 << 10
    monkeypatch.setattr(engines, "LOG_LIMIT", limit)
    path = tmp_path / "db.sqlite"
    migration.upgrade(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    log, longest, number = Path(f"{path}-wal"), 0, 0
    reader = sqlite3.connect(path)
    try:
        database.transact(lambda tx: _add(tx, "counted"))
        for number in range(200):
            if number == 50:  # somebody keeps an old picture for a while
                reader.execute("BEGIN").connection.execute("SELECT count(*) FROM quotas").fetchone()
            if number == 100:
                reader.rollback()
            database.transact(lambda tx: _increase(tx, "counted"))
            if number >= 100:
                longest = max(longest, log.stat().st_size)
        assert _limit(database, "counted") == number + 2
    finally:
        reader.close()
        database.close()
    assert longest <= 2 * limit
