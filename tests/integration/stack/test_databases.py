"""PostgreSQL and MariaDB of stack.servers: used through their Python drivers, restarted, crashed, gone."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest

from stack.servers import MariaDB, PostgreSQL, Server
from tests.integration.stack.leftovers import refuses, remains

Database = PostgreSQL | MariaDB


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run a statement the way a client does: by the URL alone, over TCP."""
    parts = urlsplit(url)
    assert parts.port is not None
    name = parts.path.lstrip("/")
    if parts.scheme.startswith("postgresql"):
        with psycopg.connect(
            host=parts.hostname,
            port=parts.port,
            user=parts.username,
            password=parts.password,
            dbname=name,
            autocommit=True,
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []
    with (
        closing(
            pymysql.connect(
                host=parts.hostname,
                port=parts.port,
                user=parts.username,
                password=parts.password or "",
                database=name,
                autocommit=True,
            )
        ) as mysql,
        mysql.cursor() as cursor2,
    ):
        cursor2.execute(statement)
        return list(cursor2.fetchall())


@pytest.fixture(params=[PostgreSQL, MariaDB])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A running server, stopped at the end."""
    kind: type[Database] = request.param
    with kind(tmp_path / "server") as server:
        yield server


def test_serves_its_database_and_keeps_it_over_a_restart(database: Database) -> None:
    """Same port, same password, same rows."""
    url = database.url
    rows(url, "CREATE TABLE t (v INTEGER)")
    rows(url, "INSERT INTO t VALUES (42)")
    database.stop()
    assert refuses(database.port)
    database.start()
    assert database.url == url
    assert rows(url, "SELECT v FROM t") == [(42,)]


def test_committed_rows_survive_a_crash(database: Database) -> None:
    """kill -9 of the server, then a start on the same directory."""
    rows(database.url, "CREATE TABLE t (v INTEGER)")
    rows(database.url, "INSERT INTO t VALUES (7)")
    database.kill()
    database.start()
    assert rows(database.url, "SELECT v FROM t") == [(7,)]


def test_databases_come_and_go(database: Database) -> None:
    """A created database is empty and its own; a dropped one can be created again."""
    url = database.create_database("extra")
    rows(url, "CREATE TABLE t (v INTEGER)")
    database.drop_database("extra")
    rows(database.create_database("extra"), "CREATE TABLE t (v INTEGER)")


def test_listens_on_loopback_only_and_asks_for_the_password(database: Database) -> None:
    """A wrong password is refused."""
    wrong = database.url.replace(database.password, "wrong")
    with pytest.raises((psycopg.OperationalError, pymysql.err.OperationalError)):
        rows(wrong, "SELECT 1")


def test_keeps_its_temporary_tables_to_itself(tmp_path: Path) -> None:
    """MariaDB deletes all temporary tables that it finds at its start, those of a server that runs beside it too."""
    with MariaDB(tmp_path / "server") as server:
        ((where, data),) = rows(server.url, "SELECT @@tmpdir, @@datadir")
        assert Path(str(where)).parent == Path(str(data)).parent


@pytest.mark.parametrize("kind", [PostgreSQL, MariaDB])
def test_leaves_nothing_behind(kind: type[Server], tmp_path: Path) -> None:
    """No process, no open port."""
    with kind(tmp_path / "server") as server:
        port = server.port
    assert refuses(port)
    assert remains(tmp_path) == []
