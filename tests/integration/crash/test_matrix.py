"""Every daemon killed, or compute frozen past its leases, while every action stands at each of its steps."""

from __future__ import annotations

import re

import pytest
import requests
from sqlalchemy import update

from nova_lite.db.models.hosts import ComputeNodeRow
from nova_lite.db.reads import operations
from nova_lite.objects.states import Action, Leg
from tests.integration.crash.conftest import Bench
from tests.integration.crash.crowd import APART, DEEDS
from tests.integration.crash.steps import AWAY, BETWEEN, HOME, Row, declared, rows

DAEMONS = ("api", "scheduler", "conductor", HOME, AWAY)
STACKS = ("zmq-sqlite", "rabbit-postgresql")
COVERED = {Action.CREATE, *DEEDS}
ROWS = rows(COVERED)
on_both_stacks = pytest.mark.parametrize("servers", STACKS, indirect=True, scope="module")


def touched_by(victim: str) -> list[Row]:
    """The rows that a victim has to do with: of a host, what it carries out; of the others, all."""
    return [row for row in ROWS if row.host == victim] if victim in (HOME, AWAY) else ROWS


def unfinished(bench: Bench, host: str) -> dict[str, float]:
    """When the operations that are under way on a host were last changed, by id."""
    with bench.database.read() as tx:
        granted = operations.unfinished_of_host(tx, host)
    return {grant.operation.id: grant.operation.updated_at for grant in granted}


def test_every_action_is_in_the_matrix() -> None:
    assert set(declared()) == COVERED | APART
    assert {step for steps in declared().values() for step in steps} <= {row.step for row in ROWS} | BETWEEN


@on_both_stacks
@pytest.mark.parametrize("victim", DAEMONS)
@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_daemon_is_killed_at_every_step(bench: Bench, victim: str, phase: str) -> None:
    held = touched_by(victim)
    bench.crowd.prepare(held)
    with bench.crowd.held(held, phase):
        bench.cloud.kill(victim)
        bench.crowd.release()
        bench.cloud.start(victim)
    bench.cloud.client.wait_for_api()
    bench.crowd.settle()
    bench.check()


@on_both_stacks
@pytest.mark.parametrize("victim", DAEMONS)
@pytest.mark.parametrize("released", [True, False], ids=["finishes", "hands back"])
def test_a_daemon_is_asked_to_stop_at_every_step(bench: Bench, victim: str, released: bool) -> None:
    """It finishes what runs within its grace, or leaves it for its next start, and says which."""
    held = touched_by(victim)
    bench.crowd.prepare(held)
    with bench.crowd.held(held, "before"):
        if released:
            bench.crowd.release()
        assert bench.cloud.stop(victim) == 0
        if victim in (HOME, AWAY) and not released:
            assert "left for the next start: " in bench.cloud.log(victim).read_text()
        bench.crowd.release()
        bench.cloud.start(victim)
    bench.cloud.client.wait_for_api()
    bench.crowd.settle()
    bench.check()


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
@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_host_sleeps_past_its_leases_and_wakes(bench: Bench, phase: str, host: str) -> None:
    rows_ = touched_by(host)
    bench.crowd.prepare(rows_)
    with bench.crowd.held(rows_, phase):
        held = unfinished(bench, host)
        with bench.cloud.frozen(host):
            bench.crowd.release()
            bench.cloud.client.wait(
                lambda: all(unfinished(bench, host)[key] > at for key, at in held.items()), "every lease is over", 60.0
            )
    bench.crowd.settle()
    bench.check()


@on_both_stacks
@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_delete_wins_at_every_step_of_a_boot_and_of_a_move(bench: Bench, phase: str) -> None:
    held = [row for row in ROWS if row.work is Action.CREATE or isinstance(row.work, Leg)]
    bench.crowd.prepare(held)
    with bench.crowd.held(held, phase):
        for server in bench.crowd.busy:
            bench.crowd.delete(server)
        bench.crowd.release()
    bench.crowd.settle()
    bench.check()


# The embedded ones live and die with the daemons.
@pytest.mark.parametrize("servers", ["rabbit-postgresql"], indirect=True, scope="module")
@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("name", ["broker", "database"])
def test_a_server_is_killed_at_every_step(bench: Bench, name: str, phase: str) -> None:
    bench.crowd.prepare(ROWS)
    with bench.crowd.held(ROWS, phase):
        bench.scene.servers[name].kill()
        bench.crowd.release()
        bench.scene.servers[name].start()
    bench.crowd.settle()
    bench.check()


@pytest.mark.parametrize("servers", ["rabbit-postgresql"], indirect=True, scope="module")
def test_connections_are_cut_at_every_step(bench: Bench) -> None:
    """Those to the broker and the database, and everybody's to the API. Chaos has them fall silent too."""
    bench.crowd.prepare(ROWS)
    with bench.crowd.held(ROWS, "after"):
        for link in bench.scene.links.values():
            link.cut()
        bench.crowd.release()
    bench.crowd.settle()
    bench.check()


@on_both_stacks
def test_after_all_of_that_the_auditor_has_nothing_to_say(bench: Bench) -> None:
    bench.crowd.prepare(ROWS)
    assert bench.cloud.manage("audit") == "0 findings stand\n"
    assert set(findings_shown(bench).values()) == {0}
    counted_wrong = update(ComputeNodeRow).where(ComputeNodeRow.host == HOME).values(vcpus_used=7)
    bench.database.transact(lambda tx: tx.change(counted_wrong))
    bench.cloud.client.wait(lambda: findings_shown(bench)["host.miscounted"] == 1, "the gauge shows it", 30.0)
    assert "counters of h1" in bench.cloud.manage("audit", "--fix")
    bench.cloud.client.wait(lambda: set(findings_shown(bench).values()) == {0}, "the gauge shows health", 30.0)


def findings_shown(bench: Bench) -> dict[str, int]:
    """The conductor's gauge, by kind."""
    url = f"http://127.0.0.1:{bench.cloud.health_ports['conductor']}"
    assert requests.get(f"{url}/health", timeout=10).json()["status"] == "ok"
    shown = requests.get(f"{url}/metrics", timeout=10).text
    return {kind: int(count) for kind, count in re.findall(r'^nova_lite_audit_findings{kind="(.*)"} (\d+)$', shown, re.M)}
