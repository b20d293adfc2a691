"""Compute and scheduler have no database: not loaded, not configured, not open. Shown on running processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.stack import ROOT, Stack

DRIVERS = ("sqlalchemy", "alembic", "sqlite3", "psycopg", "pymysql", "MySQLdb", "pg8000")
BLIND = ("nova-lite-compute", "nova-lite-scheduler")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    state = tmp_path_factory.mktemp("stack") / "state"
    with Stack(state, "--hypervisor", "fake", "--no-demo", "--database", "postgresql") as running:
        yield running


@pytest.mark.parametrize("daemon", BLIND)
def test_no_database_library_is_mapped_or_open(stack: Stack, daemon: str) -> None:
    process = stack.daemon(daemon)
    mapped = [region.path for region in process.memory_maps()]
    opened = [file.path for file in process.open_files()]
    for library in ("sqlite", "libpq", "psycopg", "pymysql", "sqlalchemy"):
        assert [path for path in (*mapped, *opened) if library in path.lower()] == [], library


@pytest.mark.parametrize("daemon", BLIND)
def test_no_connection_to_the_database_is_open(stack: Stack, daemon: str) -> None:
    connection = next(
        line for line in (stack.state / "etc/nova-lite.conf").read_text().splitlines() if line.startswith("connection")
    )
    port = int(connection.rpartition("@")[2].partition(":")[2].partition("/")[0])
    peers = [peer.raddr.port for peer in stack.daemon(daemon).net_connections() if peer.raddr]
    assert port not in peers
    # The proof can fail: the conductor's workers, which may, are connected.
    workers = stack.daemon("nova-lite-conductor").children()
    assert port in [peer.raddr.port for worker in workers for peer in worker.net_connections() if peer.raddr]


@pytest.mark.parametrize("daemon", BLIND)
def test_no_credentials_are_in_its_configuration(stack: Stack, daemon: str) -> None:
    arguments = stack.daemon(daemon).cmdline()
    files = [Path(arguments[index + 1]) for index, word in enumerate(arguments) if word == "--config-file"]
    assert files
    for path in files:
        text = path.read_text()
        assert "[database]" not in text and "postgresql" not in text, path


@pytest.mark.parametrize("module", ["compute", "scheduler"])
def test_importing_the_daemon_loads_no_driver(module: str) -> None:
    program = f"import sys, nova_lite.cmd.{module}; print(sorted(set({DRIVERS!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["compute", "scheduler"])
def test_a_configured_database_is_refused(module: str, tmp_path: Path) -> None:
    config = tmp_path / "a.conf"
    config.write_text("[database]\nconnection = sqlite:///x\n")
    done = subprocess.run(
        [sys.executable, "-m", f"nova_lite.cmd.{module}", "--config-file", str(config)], cwd=ROOT,
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 2 and "no business with the database" in done.stderr
