"""The main job over every broker and database, in real processes; and any daemon may be killed at any time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.builders.guests import qcow2_header
from tests.clients.cloud import Client
from tests.clients.stack import DAEMONS, Stack

STACKS = {
    "zmq-sqlite": ("--broker", "embedded", "--database", "sqlite"),
    "rabbit-postgresql": ("--broker", "rabbit", "--database", "postgresql"),
    "zmq-mariadb": ("--broker", "embedded", "--database", "mariadb"),
}
RESTART = 180.0  # seconds in which a killed daemon must be back: how soon it is does the supervisor's own test ask


@pytest.fixture(scope="module", params=list(STACKS.values()), ids=list(STACKS))
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    state = tmp_path_factory.mktemp("stack") / "state"
    with Stack(state, "--hypervisor", "fake", "--hosts", "2", "--no-demo", *request.param) as running:
        yield running


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[Client]:
    made = stack.client()
    made.wait_for_hosts(2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def image(client: Client, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("image") / "image.qcow2"
    path.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
    return client.upload(path)


def live_and_die(client: Client, image: str) -> None:
    server = client.boot(image)
    client.wait_status(server, "ACTIVE")
    for action, status in (("pause", "PAUSED"), ("unpause", "ACTIVE"), ("os-stop", "SHUTOFF"), ("os-start", "ACTIVE")):
        assert client.act(server, action).status_code == 202
        client.wait_status(server, status)
    client.ask("DELETE", f"/servers/{server}")
    client.wait_gone(server)


def test_the_main_job(client: Client, image: str) -> None:
    live_and_die(client, image)


@pytest.mark.parametrize("daemon", [*DAEMONS, "nova-lite-compute-1", "nova-lite-compute-2"])
def test_a_killed_daemon_comes_back_and_the_cloud_boots_again(
    stack: Stack, client: Client, image: str, daemon: str
) -> None:
    killed = stack.daemon(daemon)
    workers, began = killed.children(), time.time()
    killed.kill()
    # Else one that is about to end would answer for the daemon that is not there yet.
    assert psutil.wait_procs(workers, timeout=RESTART)[1] == []

    def back() -> bool:
        try:
            process = stack.daemon(daemon)
        except (psutil.NoSuchProcess, ValueError, FileNotFoundError):
            return False
        return process.pid != killed.pid and process.is_running()
    client.wait(back, f"{daemon} is back", RESTART)
    # Nobody has heard the hosts while there was no conductor: those that seem to be up are down a moment later.
    client.wait_for_hosts(2, RESTART, since=began if daemon == "nova-lite-conductor" else 0.0)
    live_and_die(client, image)


def test_workers_of_a_killed_parent_do_not_outlive_it(stack: Stack, client: Client) -> None:
    parent = stack.daemon("nova-lite-api")
    workers = parent.children()
    assert workers
    parent.kill()
    _, alive = psutil.wait_procs(workers, timeout=RESTART)
    assert not alive


def test_nothing_of_it_remains(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Stack(state, "--hypervisor", "fake", "--no-demo"):
        mine = [process for process in psutil.process_iter(["cmdline"]) if _mentions(process, state)]
        assert mine
    assert not state.exists()
    assert [process for process in psutil.process_iter(["cmdline"]) if _mentions(process, state)] == []
    assert str(state) not in Path("/proc/mounts").read_text()


def _mentions(process: psutil.Process, state: Path) -> bool:
    return any(str(state) in argument for argument in process.info["cmdline"] or ())
