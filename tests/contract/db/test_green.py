"""Under green threads, a task that waits for the database does not stop the others of its process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nova_lite.db.session import Database

ROOT = Path(__file__).parents[3]
SLEEP = {"postgresql": "pg_sleep(1)::text", "mysql": "sleep(1)"}


def _run(*arguments: str) -> int:
    command = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-m",
               "tests.contract.db.green_process", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout)


# SQLite has no server to wait for: its statements run in the process, and are short.
@pytest.mark.parametrize("new_database", sorted(SLEEP), indirect=True)
def test_others_run_while_a_statement_does(database: Database, migrated: str) -> None:
    # A machine that stands still for that second has all tasks stand still: not each time.
    assert any(_run("waits", migrated, SLEEP[database.backend]) > 5 for _ in range(5))


def test_writers_of_one_process_take_turns(migrated: str) -> None:
    assert _run("writers", migrated, "20") == 20
