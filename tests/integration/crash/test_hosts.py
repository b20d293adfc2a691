"""Hosts that die, sleep or are cut off while they hold a boot, and what happens when they come back."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_lite.compute.suspects import LIMIT
from nova_lite.db.session import Database
from tests.builders.guests import qcow2_header
from tests.clients.cloud import Client
from tests.integration.crash.checker import domains, findings
from tests.integration.processes import Processes

pytestmark = pytest.mark.promise(1, 2, 6)

HOSTS = ("a", "b")
PATIENCE = 180.0
MANY_STARTS = 480.0  # for a host to be started five times
DOWN_AFTER = 15.0  # seconds: a host reports every second, and a busy machine stands still for some


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with Processes(tmp_path_factory.mktemp("hosts"), hosts=HOSTS, down_after=DOWN_AFTER) as running:
        yield running


@pytest.fixture(scope="module")
def image(cloud: Processes) -> str:
    path = cloud.directory / "image.qcow2"
    path.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
    return cloud.client.upload(path)


@pytest.fixture
def client(cloud: Processes) -> Iterator[Client]:
    cloud.client.wait_for_hosts(2)
    yield cloud.client
    for server in cloud.client.ask("GET", "/servers")["servers"]:
        cloud.client.ask("DELETE", f"/servers/{server['id']}")
        cloud.client.wait_gone(server["id"])
    check(cloud)


def paths(cloud: Processes) -> dict[str, Path]:
    return {host: cloud.directory / host / "instances" for host in HOSTS}


def check(cloud: Processes) -> None:
    """Nothing is wrong, once hosts have had time to clear away what was taken from them."""
    database = Database(cloud.database_url)
    try:
        cloud.client.wait(
            lambda: findings(database, paths(cloud)) == [], lambda: str(findings(database, paths(cloud))), PATIENCE
        )
    finally:
        database.close()


def other(host: str) -> str:
    return "b" if host == "a" else "a"


def held_boot(cloud: Processes, client: Client, image: str, zone: str = "nova") -> tuple[str, str]:
    """A boot whose guest runs already while its host has not said so: the server and the host."""
    for host in HOSTS:
        (cloud.directory / host / "gates/spawn.after").touch()
    server = client.boot(image, availability_zone=zone)
    seen: list[str] = []

    def waiting() -> bool:
        seen[:] = [host for host in HOSTS if (cloud.directory / host / f"gates/spawn.after.{server}").exists()]
        return bool(seen)

    client.wait(waiting, "the boot stands after spawn", PATIENCE)
    return server, seen[0]


def open_gates(cloud: Processes) -> None:
    for host in HOSTS:
        for gate in (cloud.directory / host / "gates").iterdir():
            gate.unlink(missing_ok=True)


@contextlib.contextmanager
def forced_down(client: Client, host: str) -> Iterator[None]:
    (service,) = client.ask("GET", f"/os-services?binary=nova-compute&host={host}")["services"]
    client.ask("PUT", f"/os-services/{service['id']}", {"forced_down": True})
    try:
        yield
    finally:
        client.ask("PUT", f"/os-services/{service['id']}", {"forced_down": False})


def wait_alone(cloud: Processes, client: Client, server: str, host: str) -> None:
    """Wait until the server's guest is on that host and nowhere else."""
    client.wait(
        lambda: [place for place, _ in domains(paths(cloud)).get(server, [])] == [host], f"one guest, on {host}",
        PATIENCE,
    )


def test_a_boot_on_a_dead_host_goes_elsewhere_once_the_operator_says_so(
    cloud: Processes, client: Client, image: str
) -> None:
    server, host = held_boot(cloud, client, image)
    cloud.kill(host)
    open_gates(cloud)
    with forced_down(client, host):
        shown = client.wait_status(server, "ACTIVE", PATIENCE)
        assert shown["OS-EXT-SRV-ATTR:host"] == other(host)
        cloud.start(host)
        wait_alone(cloud, client, server, other(host))
    assert client.wait_status(server, "ACTIVE")["OS-EXT-SRV-ATTR:host"] == other(host)


def test_a_host_that_wakes_after_its_boot_was_given_away_is_refused_and_leaves_nothing(
    cloud: Processes, client: Client, image: str
) -> None:
    server, host = held_boot(cloud, client, image)
    with forced_down(client, host):
        with cloud.frozen(host):
            open_gates(cloud)
            shown = client.wait_status(server, "ACTIVE", PATIENCE)
            assert shown["OS-EXT-SRV-ATTR:host"] == other(host)
        wait_alone(cloud, client, server, other(host))
    assert client.wait_status(server, "ACTIVE")["OS-EXT-SRV-ATTR:host"] == other(host)


def test_a_boot_on_a_silent_host_waits_for_it(cloud: Processes, client: Client, image: str) -> None:
    """Silent is not dead: its guest may run, and a second one must not."""
    server, host = held_boot(cloud, client, image)
    cloud.kill(host)
    open_gates(cloud)
    client.wait(lambda: client.show(server)["host_status"] == "UNKNOWN", f"{host} is down", PATIENCE)
    assert client.show(server)["status"] == "BUILD"
    cloud.start(host)
    assert client.wait_status(server, "ACTIVE", PATIENCE)["OS-EXT-SRV-ATTR:host"] == host


def test_new_work_avoids_a_silent_host_and_what_it_never_began_goes_elsewhere(
    cloud: Processes, client: Client, image: str
) -> None:
    cloud.kill("a")
    servers = [client.boot(image) for _ in range(6)]
    for server in servers:
        assert client.wait_status(server, "ACTIVE", PATIENCE)["OS-EXT-SRV-ATTR:host"] == "b"
    cloud.start("a")


def test_a_delete_on_a_silent_host_ends_and_the_guest_goes_when_it_is_back(
    cloud: Processes, client: Client, image: str
) -> None:
    server = client.boot(image)
    host = client.wait_status(server, "ACTIVE", PATIENCE)["OS-EXT-SRV-ATTR:host"]
    cloud.kill(host)
    client.ask("DELETE", f"/servers/{server}")
    client.wait(lambda: client.request("GET", f"/servers/{server}").status_code == 404, "deleted", PATIENCE)
    assert server in domains(paths(cloud))
    cloud.start(host)
    client.wait(lambda: server not in domains(paths(cloud)), "its guest is gone", PATIENCE)


def test_a_delete_on_a_sleeping_host_ends_and_the_guest_goes_when_it_wakes(
    cloud: Processes, client: Client, image: str
) -> None:
    """It was never away: it does not start, and hears of the delete all the same."""
    server = client.boot(image)
    host = client.wait_status(server, "ACTIVE", PATIENCE)["OS-EXT-SRV-ATTR:host"]
    with cloud.frozen(host):
        client.wait(lambda: client.show(server)["host_status"] == "UNKNOWN", f"{host} is silent", PATIENCE)
        client.ask("DELETE", f"/servers/{server}")
        client.wait(lambda: client.request("GET", f"/servers/{server}").status_code == 404, "deleted", PATIENCE)
    client.wait(lambda: server not in domains(paths(cloud)), "its guest is gone", PATIENCE)


def test_a_second_process_of_a_host_waits_for_the_end_of_the_first(
    cloud: Processes, client: Client, image: str
) -> None:
    server, host = held_boot(cloud, client, image)
    said = len(cloud.log(host).read_text())
    cloud.freeze(host)
    first = cloud.disown(host)
    try:
        cloud.start(host)
        client.wait(
            lambda: "another compute process" in cloud.log(host).read_text()[said:], "the second one waits", PATIENCE
        )
        open_gates(cloud)
    finally:
        first.kill()
        first.wait()
    assert client.wait_status(server, "ACTIVE", PATIENCE)["OS-EXT-SRV-ATTR:host"] == host


def test_a_boot_that_kills_its_host_each_time_ends_in_words_and_the_host_lives_on(
    cloud: Processes, client: Client, image: str
) -> None:
    """A crash in a hypervisor's library: the host was ended again and again until the deadline, half an hour later."""
    bystander = client.boot_up(image, availability_zone="nova:a")
    guilty, host = held_boot(cloud, client, image, "nova:a")
    cloud.kill(host)
    open_gates(cloud)
    with dying(cloud, host, "spawn") as deaths:
        shown = client.wait_status(guilty, "ERROR", MANY_STARTS)
        assert shown["fault"]["message"].startswith("create is given up: the service of its host has died")
        assert len(deaths) == 1 + LIMIT, "once to be noted, and then alone"
        assert client.act(bystander, "pause").status_code == 202
        client.wait_status(bystander, "PAUSED", PATIENCE)


@contextlib.contextmanager
def dying(cloud: Processes, host: str, method: str) -> Iterator[list[int]]:
    """A dead host that is started whenever it is dead, and dies of this call of its hypervisor; its exit statuses."""
    configuration = cloud.directory / f"{host}.conf"
    healthy = configuration.read_text()
    configuration.write_text(f"{healthy}\nfailures = {method}:crash\n")
    deaths: list[int] = []
    over = threading.Event()

    def supervise() -> None:
        while not over.wait(0.1):
            status = cloud.ended(host)
            if status is not None:
                deaths.append(status)
                cloud.start(host)

    cloud.start(host)
    supervisor = threading.Thread(target=supervise)
    supervisor.start()
    try:
        yield deaths
    finally:
        over.set()
        supervisor.join()
        configuration.write_text(healthy)
        cloud.stop(host)
        cloud.start(host)
