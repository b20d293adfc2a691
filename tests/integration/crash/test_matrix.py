"""Every daemon killed, or compute frozen past its leases, while every action stands at each of its steps."""

from __future__ import annotations

import re

import pytest
import requests
from sqlalchemy import update

from nova_lite.db.models.hosts import ComputeNodeRow
from nova_lite.objects.states import Action, Leg
from tests.integration.crash import matrix
from tests.integration.crash.conftest import Bench
from tests.integration.crash.crowd import APART, PATIENCE
from tests.integration.crash.matrix import COVERED, DAEMONS, ROWS, UNHEARD, Phase
from tests.integration.crash.steps import AWAY, BETWEEN, HOME, declared
from tests.integration.link import Link

pytestmark = pytest.mark.promise(1, 2, 4, 6)

STACKS = ("zmq-sqlite", "rabbit-postgresql")
on_both_stacks = pytest.mark.parametrize("servers", STACKS, indirect=True, scope="module")
# The embedded ones live and die with the daemons.
with_servers = pytest.mark.parametrize("servers", STACKS[1:], indirect=True, scope="module")
at_either_end = pytest.mark.parametrize("phase", ["before", "after"])


def test_every_action_is_in_the_matrix() -> None:
    steps = declared()
    assert set(steps) == COVERED | APART
    assert {step for work in COVERED for step in steps[work]} <= {row.step for row in ROWS} | BETWEEN


@on_both_stacks
@pytest.mark.parametrize("victim", DAEMONS)
@at_either_end
def test_a_daemon_is_killed_at_every_step(bench: Bench, victim: str, phase: Phase) -> None:
    matrix.kill(bench, victim, phase)


@on_both_stacks
@pytest.mark.parametrize("victim", DAEMONS)
def test_a_daemon_is_asked_to_stop_at_every_step(bench: Bench, victim: str) -> None:
    """What is under way ends meanwhile."""
    matrix.stop(bench, victim, released=True)


@on_both_stacks
@pytest.mark.parametrize("host", [HOME, AWAY])
def test_a_host_hands_back_what_does_not_end_in_time(bench: Bench, host: str) -> None:
    matrix.stop(bench, host, released=False)


@on_both_stacks
@pytest.mark.parametrize("victim", DAEMONS)
def test_a_daemon_is_dead_when_the_message_comes(bench: Bench, victim: str) -> None:
    bench.crowd.prepare(ROWS)
    if victim != "api":
        bench.cloud.kill(victim)
    for work in COVERED:
        bench.crowd.ask(work)
    if victim == "api":
        bench.cloud.kill(victim)
    bench.cloud.start(victim)
    bench.cloud.client.wait_for_api()
    bench.crowd.settle()
    bench.check()


@on_both_stacks
@pytest.mark.parametrize("host", [HOME, AWAY])
@at_either_end
def test_a_host_sleeps_past_its_leases_and_wakes(bench: Bench, phase: Phase, host: str) -> None:
    matrix.sleep(bench, host, phase)


@on_both_stacks
@at_either_end
def test_a_delete_wins_at_every_step_of_a_boot_and_of_a_move(bench: Bench, phase: Phase) -> None:
    held = [row for row in ROWS if row.work is Action.CREATE or isinstance(row.work, Leg)]
    with matrix.while_all_stand(bench, held, phase):
        for server in bench.crowd.busy:
            bench.crowd.delete(server)


@with_servers
@at_either_end
@pytest.mark.parametrize("name", ["broker", "database"])
def test_a_server_is_killed_at_every_step(bench: Bench, name: str, phase: Phase) -> None:
    matrix.kill_server(bench, name, phase)


@with_servers
def test_connections_are_cut_at_every_step(bench: Bench) -> None:
    """Those to the broker and the database, and everybody's to the API."""
    matrix.break_links(bench, bench.scene.links, Link.cut)


@with_servers
@pytest.mark.parametrize("name", ["broker", "database"])
def test_connections_fall_silent_at_every_step(bench: Bench, name: str) -> None:
    """Half-open: nobody is told, no packet comes any more."""
    matrix.break_links(bench, [name], Link.silence, UNHEARD)


@on_both_stacks
def test_after_all_of_that_the_auditor_has_nothing_to_say(bench: Bench) -> None:
    bench.crowd.prepare(ROWS)
    assert bench.cloud.manage("audit") == "0 findings stand\n"
    show_health(bench)
    counted_wrong = update(ComputeNodeRow).where(ComputeNodeRow.host == HOME).values(vcpus_used=7)
    bench.database.transact(lambda tx: tx.change(counted_wrong))
    bench.cloud.client.wait(lambda: findings_shown(bench)["host.miscounted"] == 1, "the gauge shows it", PATIENCE)
    assert "counters of h1" in bench.cloud.manage("audit", "--fix")
    show_health(bench)


def show_health(bench: Bench) -> None:
    """Wait until the gauge says that nothing is wrong: it tells of the last audit."""
    bench.cloud.client.wait(lambda: set(findings_shown(bench).values()) == {0}, "the gauge shows health", PATIENCE)


def findings_shown(bench: Bench) -> dict[str, int]:
    """The conductor's gauge, by kind."""
    url = f"http://127.0.0.1:{bench.cloud.health_ports['conductor']}"
    assert requests.get(f"{url}/health", timeout=PATIENCE).json()["status"] == "ok"
    shown = requests.get(f"{url}/metrics", timeout=PATIENCE).text
    lines = re.findall(r'^nova_lite_audit_findings{kind="(.*)"} (\d+)$', shown, re.M)
    return {kind: int(count) for kind, count in lines}
