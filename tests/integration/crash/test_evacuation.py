"""Evacuations from a host that was killed: finished whoever dies meanwhile; nothing is left where they came from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nova_lite.objects.states import Action
from tests.builders.guests import qcow2_header
from tests.clients.cloud import Client
from tests.integration.crash.checker import domains
from tests.integration.crash.steps import BETWEEN, declared
from tests.integration.crash.test_hosts import DOWN_AFTER, check, forced_down, paths
from tests.integration.processes import Processes

pytestmark = pytest.mark.promise(1, 2, 6)

OLD, NEW = "a", "b"
PATIENCE = 180.0
STEPS = [step for step in declared()[Action.EVACUATE] if step not in BETWEEN]
HOST = "OS-EXT-SRV-ATTR:host"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with Processes(tmp_path_factory.mktemp("evacuation"), hosts=(OLD, NEW), down_after=DOWN_AFTER) as running:
        yield running


@pytest.fixture(scope="module")
def image(cloud: Processes) -> str:
    path = cloud.directory / "image.qcow2"
    path.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
    return cloud.client.upload(path)


@pytest.fixture
def client(cloud: Processes) -> Iterator[Client]:
    client = cloud.client
    client.wait_for_hosts(2)
    yield client
    for server in client.ask("GET", "/servers")["servers"]:
        client.ask("DELETE", f"/servers/{server['id']}")
        client.wait_gone(server["id"])
    check(cloud)


def stranded(cloud: Processes, client: Client, image: str, count: int = 1) -> list[str]:
    """Servers that run on the old host, which is dead."""
    servers = [client.boot(image, availability_zone=f"nova:{OLD}") for _ in range(count)]
    for server in servers:
        client.wait_status(server, "ACTIVE", PATIENCE)
    cloud.kill(OLD)
    return servers


def evacuate(client: Client, server: str) -> None:
    answer = client.act(server, "evacuate", {})
    assert answer.status_code == 200, answer.text


def wait_alone(cloud: Processes, client: Client, server: str) -> None:
    client.wait(
        lambda: [place for place, _ in domains(paths(cloud)).get(server, [])] == [NEW], f"one guest, on {NEW}", PATIENCE
    )


@pytest.mark.parametrize("victim", ["api", "scheduler", "conductor", NEW])
@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_daemon_is_killed_at_every_step_of_an_evacuation(
    cloud: Processes, client: Client, image: str, victim: str, phase: str
) -> None:
    servers = stranded(cloud, client, image, len(STEPS))
    with forced_down(client, OLD):
        for step, server in reversed(list(zip(STEPS, servers, strict=True))):  # an earlier gate would hold the rest
            gate = cloud.directory / NEW / f"gates/{step}.{phase}"
            gate.touch()
            evacuate(client, server)
            client.wait(gate.with_name(f"{gate.name}.{server}").exists, f"{server} is {phase} {step}", PATIENCE)
        cloud.kill(victim)
        for gate in (cloud.directory / NEW / "gates").iterdir():
            gate.unlink(missing_ok=True)
        cloud.start(victim)
        client.wait_for_api()
        for server in servers:
            assert client.wait_status(server, "ACTIVE", PATIENCE)[HOST] == NEW
    cloud.start(OLD)
    for server in servers:
        wait_alone(cloud, client, server)


@pytest.mark.parametrize("step", STEPS)
def test_a_delete_wins_over_an_evacuation(cloud: Processes, client: Client, image: str, step: str) -> None:
    (server,) = stranded(cloud, client, image)
    with forced_down(client, OLD):
        gate = cloud.directory / NEW / f"gates/{step}.before"
        gate.touch()
        evacuate(client, server)
        client.wait(gate.with_name(f"{gate.name}.{server}").exists, f"{server} is before {step}", PATIENCE)
        client.ask("DELETE", f"/servers/{server}")
        gate.unlink()
        client.wait_gone(server)
    cloud.start(OLD)
    client.wait(lambda: server not in domains(paths(cloud)), "no guest is left", PATIENCE)


def test_a_host_that_was_only_cut_off_destroys_what_was_evacuated_from_it(
    cloud: Processes, client: Client, image: str
) -> None:
    """It wakes with its guest running and without a restart; nobody has to wait for the next comparison."""
    server = client.boot(image, availability_zone=f"nova:{OLD}")
    client.wait_status(server, "ACTIVE", PATIENCE)
    with cloud.frozen(OLD):
        client.wait(lambda: client.show(server)["host_status"] == "UNKNOWN", f"{OLD} is silent", PATIENCE)
        evacuate(client, server)
        assert client.wait_status(server, "ACTIVE", PATIENCE)[HOST] == NEW
    wait_alone(cloud, client, server)


def test_a_host_that_is_up_is_not_evacuated(cloud: Processes, client: Client, image: str) -> None:
    server = client.boot(image, availability_zone=f"nova:{OLD}")
    client.wait_status(server, "ACTIVE", PATIENCE)
    refused = client.act(server, "evacuate", {})
    assert refused.status_code == 400 and "is still in use" in refused.text
    assert client.show(server)["OS-EXT-STS:task_state"] is None
