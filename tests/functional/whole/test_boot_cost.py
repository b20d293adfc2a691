"""What a boot asks of the database: no more than it did."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from nova_lite.core import service
from tests.functional.whole.cloud import Cloud

STATEMENTS = 25  # of one boot with a port, on SQLite, BEGIN not counted: who needs more says why here
BOOTS = 6  # the first one fills caches; a services' list that has grown old is read anew in one of many
QUIET = "report_interval = 600\nlease_interval = 600\n[conductor]\nreaper_interval = 600\n"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("cloud"), more=QUIET, down_after=3600) as running:
        yield running


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What the services ask the database, but for what they ask now and then, whether anybody boots or not."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith("BEGIN") and not _periodic():
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


def _periodic() -> bool:
    """Whether a periodic task of this process asks."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if (frame.f_code.co_filename, frame.f_code.co_name) == (service.__file__, "_turn"):
            return True
    return False


def _done(database: Path, server: str) -> bool:
    """Whether the boot is over, by a connection that is not counted."""
    connection = sqlite3.connect(database)
    query = "SELECT count(*) FROM operations WHERE instance_uuid = ? AND state = 'done'"
    ((number,),) = connection.execute(query, (server,))
    connection.close()
    return bool(number)


def test_a_boot_takes_as_many_statements_as_ever(cloud: Cloud, image: str, statements: list[str]) -> None:
    counted: list[list[str]] = []
    for _ in range(BOOTS):
        statements.clear()
        server = cloud.client.boot(image)
        cloud.client.wait(lambda: _done(cloud.directory / "db.sqlite", server), "booted")  # noqa: B023
        counted.append(list(statements))
        assert cloud.client.wait_status(server, "ACTIVE")["addresses"]
    cheapest = min(counted, key=len)
    assert len(cheapest) == STATEMENTS, "\n".join(cheapest)
