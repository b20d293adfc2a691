"""The matrix once more on MariaDB: one row for each kind of fault, every action at every step in each."""

from __future__ import annotations

import pytest

from tests.integration.crash import matrix
from tests.integration.crash.conftest import Bench
from tests.integration.crash.matrix import ROWS, UNHEARD
from tests.integration.crash.steps import HOME
from tests.integration.link import Link

pytestmark = [
    pytest.mark.promise(1, 2, 4, 6),
    pytest.mark.parametrize("servers", ["zmq-mariadb"], indirect=True, scope="module"),
]


def test_a_conductor_is_killed_at_every_step(bench: Bench) -> None:
    matrix.kill(bench, "conductor", "after")


def test_a_host_is_killed_at_every_step(bench: Bench) -> None:
    matrix.kill(bench, HOME, "before")


def test_a_conductor_is_asked_to_stop_at_every_step(bench: Bench) -> None:
    matrix.stop(bench, "conductor", released=True)


def test_a_host_sleeps_past_its_leases_and_wakes(bench: Bench) -> None:
    matrix.sleep(bench, HOME, "after")


def test_the_database_is_killed_at_every_step(bench: Bench) -> None:
    matrix.kill_server(bench, "database", "after")


def test_connections_are_cut_at_every_step(bench: Bench) -> None:
    matrix.break_links(bench, bench.scene.links, Link.cut)


def test_connections_to_the_database_fall_silent_at_every_step(bench: Bench) -> None:
    matrix.break_links(bench, ["database"], Link.silence, UNHEARD)


def test_then_records_guests_and_disks_agree(bench: Bench) -> None:
    bench.crowd.prepare(ROWS)
    assert bench.cloud.manage("audit") == "0 findings stand\n"
