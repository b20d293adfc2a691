"""Databases for the suite: real servers, started once; one migrated database of each kind, emptied after every test."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Table, create_engine, delete, exists, inspect, literal, select, union_all

from nova_lite.core.ids import new_hex
from nova_lite.db import migration
from nova_lite.db.models import whole_metadata
from nova_lite.db.session import Database, Tx
from stack.servers import MariaDB, PostgreSQL

BACKENDS = ("sqlite", "postgresql", "mysql")
NewDatabase = Callable[[], str]


@pytest.fixture(scope="session", params=BACKENDS)
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """Makes an empty database; its URL."""
    directory: Path = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield lambda: f"sqlite:///{directory / new_hex()}.sqlite"
        return
    kind = PostgreSQL if request.param == "postgresql" else MariaDB
    with kind(directory / "server") as server:
        server.hurry()
        yield lambda: server.create_database(f"test_{new_hex()}")


@pytest.fixture(scope="session")
def migrated(new_database: NewDatabase) -> str:
    """The URL of a database that was brought up by the migrations."""
    url = new_database()
    migration.upgrade(url)
    return url


@pytest.fixture(scope="session")
def shared(migrated: str) -> Iterator[Database]:
    """The one that all tests of a backend work with: connections are dear."""
    found = Database(migrated, patience=300.0)  # a busy machine is no failure
    yield found
    found.close()


@pytest.fixture(scope="session")
def tables(migrated: str) -> list[Table]:
    """The tables of the migrated database, children last."""
    engine = create_engine(migrated)
    there = set(inspect(engine).get_table_names())
    engine.dispose()
    return [table for table in whole_metadata().sorted_tables if table.name in there]


@pytest.fixture
def database(shared: Database, tables: list[Table]) -> Iterator[Database]:
    """An empty migrated database."""
    yield shared
    shared.transact(functools.partial(_empty, tables=tables))


def _empty(tx: Tx, tables: list[Table]) -> None:
    filled = {name for name, in tx.tuples(union_all(*(
        select(literal(table.name)).where(exists(select(literal(1)).select_from(table))) for table in tables
    )))}
    for table in reversed(tables):
        if table.name in filled:
            tx.change(delete(table))
