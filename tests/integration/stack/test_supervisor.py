"""The supervisor of a cloud, with programs that do nothing: restarts, changed configuration, an end without remains."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import links, processes, supervision
from stack.cloud import Cloud
from stack.files import private_directory, write_private
from stack.options import Choices
from stack.supervision import MARK, Program, Supervisor

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0  # seconds for a program to run
SOON = 10.0  # of a machine that has much else to do; an idle one keeps the promise of two
TIMES = 3  # a machine that stands still for longer than that does so now and then, not always
IDLE = "echo $$ > {file}; exec sleep 1000"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """A cloud with directories only; whatever was started in it is ended."""
    found = Cloud(ROOT, tmp_path / ("deep" * 25), Choices())
    for path in (*found.directories, *found.private_directories):
        private_directory(path)
    links.make(found.state / "run")
    yield found
    Supervisor(found).shutdown()
    links.remove(found.state / "run")


def idle(cloud: Cloud, name: str, **environment: str) -> Program:
    """A program that writes its pid and waits."""
    return Program(name, ("/bin/sh", "-c", IDLE.format(file=cloud.state / name)), environment)


def apply(cloud: Cloud, *programs: Program) -> Supervisor:
    """Have these programs supervised, and started."""
    write_private(cloud.etc / "supervisord.conf", supervision.configuration(cloud, programs))
    supervisor = Supervisor(cloud)
    supervisor.ensure()
    for program in programs:
        supervisor.start(program.name)
        assert processes.wait_until(
            lambda name=program.name: pid_of(cloud, name) is not None, PATIENCE  # type: ignore[misc]
        )
    return supervisor


def pid_of(cloud: Cloud, name: str) -> int | None:
    """The live process of the program."""
    return processes.read_pid(cloud.state / name)


def test_what_dies_is_back_soon(cloud: Cloud) -> None:
    """kill -9, once it has run for a while."""
    supervisor = apply(cloud, idle(cloud, "a"))
    assert processes.wait_until(lambda: supervisor.states()["a"] == "RUNNING", PATIENCE)
    assert any(_back_soon(cloud) for _ in range(TIMES))


def _back_soon(cloud: Cloud) -> bool:
    assert processes.wait_until(lambda: pid_of(cloud, "a") is not None, PATIENCE)
    before = pid_of(cloud, "a")
    assert before is not None
    processes.signal_quietly(before, signal.SIGKILL)
    return processes.wait_until(lambda: pid_of(cloud, "a") not in (None, before), SOON)


def test_a_second_run_leaves_alone_what_runs_and_changes_what_changed(cloud: Cloud) -> None:
    """One program as before, one with another environment, one new, one gone."""
    apply(cloud, idle(cloud, "same"), idle(cloud, "other", X="1"), idle(cloud, "old"))
    before = {name: pid_of(cloud, name) for name in ("same", "other", "old")}
    supervisor = apply(cloud, idle(cloud, "same"), idle(cloud, "other", X="2"), idle(cloud, "new"))
    assert pid_of(cloud, "same") == before["same"]
    assert pid_of(cloud, "other") != before["other"]
    assert pid_of(cloud, "old") is None
    assert set(supervisor.states()) == {"same", "other", "new"}


def test_shutdown_leaves_nothing(cloud: Cloud) -> None:
    """Neither itself, nor its programs; every process of a cloud carries the mark of its state directory."""
    supervisor = apply(cloud, idle(cloud, "a"), idle(cloud, "b"))
    assert len(processes.having(MARK, str(cloud.state))) >= 2
    supervisor.shutdown()
    assert processes.having(MARK, str(cloud.state)) == []
    assert not supervisor.running()


def test_a_supervisor_that_was_killed_is_replaced(cloud: Cloud) -> None:
    """Its programs, which nobody looks after any more, are ended before they are in the new one's way."""
    apply(cloud, idle(cloud, "a"))
    orphan, pid = pid_of(cloud, "a"), processes.read_pid(cloud.state / "run/supervisord.pid")
    assert orphan is not None
    assert pid is not None
    processes.end(pid, signal.SIGKILL)
    assert processes.alive(orphan)
    assert Supervisor(cloud).ensure().startswith("started")
    assert not processes.alive(orphan)
