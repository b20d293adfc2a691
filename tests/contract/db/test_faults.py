"""Servers that die and come back, and processes that freeze in the middle of a transaction."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from nova_lite.core import concurrency
from nova_lite.db import migration
from nova_lite.db.models.quotas import QuotaRow
from nova_lite.db.session import Database, Tx
from stack.servers import MariaDB, PostgreSQL

PATIENCE = 300.0  # seconds that a server may take to be back, on a busy machine
ROW = {"project_id": "p", "resource": "cores", "hard_limit": 0}
SERVERS = pytest.mark.parametrize("new_database", ["postgresql", "mysql"], indirect=True)


def _increase(tx: Tx) -> None:
    tx.change(update(QuotaRow).values(hard_limit=QuotaRow.hard_limit + 1))


def _limit(database: Database) -> int:
    with database.read() as tx:
        return int(tx.scalar(select(func.max(QuotaRow.hard_limit))) or 0)


@pytest.mark.parametrize("kind", [PostgreSQL, MariaDB])
def test_a_server_that_dies_and_comes_back_costs_nothing_but_time(
    kind: type[PostgreSQL] | type[MariaDB], tmp_path: Path
) -> None:
    with kind(tmp_path / "server") as server:
        url = server.create_database("here")
        migration.upgrade(url)
        database = Database(url, patience=PATIENCE)
        database.transact(lambda tx: tx.insert(QuotaRow, ROW))
        server.kill()
        writer = concurrency.spawn(database.transact, _increase)
        server.start()
        writer.wait(PATIENCE)
        assert _limit(database) == 1
        database.close()


@SERVERS
def test_a_process_frozen_in_a_transaction_holds_nobody_up_for_long(migrated: str, database: Database) -> None:
    """The server ends the silent transaction; when its process wakes, it starts again from the beginning."""
    database.transact(lambda tx: tx.insert(QuotaRow, ROW))
    frozen = Database(migrated, idle_timeout=1)
    holding, awake = threading.Event(), threading.Event()

    def freeze(tx: Tx) -> None:
        _increase(tx)
        holding.set()
        awake.wait(PATIENCE)
        _increase(tx)

    sleeper = concurrency.spawn(frozen.transact, freeze)
    assert holding.wait(PATIENCE)
    database.transact(_increase)
    awake.set()
    sleeper.wait(PATIENCE)
    assert _limit(database) == 3
    frozen.close()
