"""The matrix once more, smaller, with real guests: QEMU under a libvirt of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_lite.db.session import Database
from nova_lite.objects.states import Action
from stack import processes
from stack.servers import Libvirt
from tests.frozen import frozen
from tests.integration.crash.notices import Told, unpaired
from tests.integration.crash.steps import declared
from tests.integration.processes import Processes

pytestmark = pytest.mark.promise(1, 2, 6)

ACTIONS = (Action.CREATE, Action.REBUILD, Action.REBOOT, Action.DELETE)
ROWS = [(action, step) for action in ACTIONS for step in declared()[action]]
PATIENCE = 180.0


class Farm:
    """A cloud with one host of real guests."""

    def __init__(self, cloud: Processes, uri: str, image: str) -> None:
        self.cloud, self.client, self.uri, self.image = cloud, cloud.client, uri, image
        self.servers: list[str] = []
        self._said = 0  # by the host, before the last request

    def ask(self, action: Action) -> str:
        """Ask for an action of the oldest server, or for one more; the server."""
        self._said = len(self._log())
        if action is Action.CREATE:
            self.servers.append(self.client.boot(self.image))
            return self.servers[-1]
        server = self.servers.pop(0) if action is Action.DELETE else self.servers[0]
        if action is Action.DELETE:
            self.client.ask("DELETE", f"/servers/{server}")
        else:
            body = {"imageRef": self.image} if action is Action.REBUILD else {"type": "HARD"}
            answer = self.client.act(server, action, body)
            assert answer.status_code == 202, answer.text
        return server

    def settle(self, server: str) -> None:
        """Wait for the end of what was asked; then there is a running guest of every server, and no other."""
        if server in self.servers:
            self.client.wait_status(server, "ACTIVE", PATIENCE)
        else:
            self.client.wait(
                lambda: self.client.request("GET", f"/servers/{server}").status_code == 404, f"{server} gone", PATIENCE
            )
        self.client.wait(lambda: self.guests("--all") == self.guests() == set(self.servers), "its guests", PATIENCE)

    def guests(self, *options: str) -> set[str]:
        """Those that run, or with ``--all`` all that are defined."""
        command = ["virsh", "-q", "-c", self.uri, "list", "--uuid", *options]
        return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())

    def reaches(self, action: Action, server: str, step: str) -> None:
        """Wait until the host begins a step of what was asked last."""
        line = f"{action} {server}: {step}\n"
        self.client.wait(lambda: line in self._log()[self._said:], line, PATIENCE)

    def _log(self) -> str:
        return self.cloud.log("h1").read_text()

    def hear(self) -> None:
        """Wait for a report of the host."""
        before = self._reported()
        self.client.wait(lambda: self._reported() != before, "the host reports", PATIENCE)

    def _reported(self) -> str:
        (service,) = self.client.ask("GET", "/os-services?binary=nova-compute")["services"]
        return str(service["updated_at"])

    def emulator(self, server: str) -> int | None:
        """The process of the guest."""
        return processes.read_pid(self.cloud.directory / f"libvirt/run/qemu/instance-{server}.pid")


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    directory: Path = tmp_path_factory.mktemp("qemu")
    with Libvirt(directory / "libvirt") as libvirt:
        cloud = Processes(directory)
        cloud.with_guests_of(libvirt.uri)
        with cloud:
            disk = directory / "empty.qcow2"
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "1M"], check=True)
            farm = Farm(cloud, libvirt.uri, cloud.client.upload(disk))
            yield farm
            while farm.servers:
                farm.settle(farm.ask(Action.DELETE))
            farm.client.wait(lambda: not any((directory / "h1/instances").iterdir()), "no files are left", PATIENCE)


@pytest.mark.parametrize(("action", "step"), ROWS)
def test_a_host_is_killed_as_it_begins_a_step(farm: Farm, action: Action, step: str) -> None:
    server = farm.ask(action)
    farm.reaches(action, server, step)
    farm.cloud.kill("h1")
    farm.cloud.start("h1")
    farm.settle(server)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_conductor_is_killed_as_the_last_step_begins(farm: Farm, action: Action) -> None:
    server = farm.ask(action)
    farm.reaches(action, server, declared()[action][-1])
    farm.cloud.kill("conductor")
    farm.cloud.start("conductor")
    farm.settle(server)


def test_a_guest_that_stands_still_holds_up_neither_its_hosts_reports_nor_others(farm: Farm) -> None:
    client, stuck = farm.client, farm.ask(Action.CREATE)
    farm.settle(stuck)
    with frozen(farm.emulator(stuck)):  # and libvirt waits for it
        assert client.act(stuck, "pause").ok
        for _ in range(3):
            farm.hear()
        other = client.boot(farm.image)
        client.wait_status(other, "ACTIVE", PATIENCE)
        client.ask("DELETE", f"/servers/{other}")
        client.wait_gone(other)
        assert client.show(stuck)["OS-EXT-STS:task_state"] == "pausing"
    client.wait_status(stuck, "PAUSED", PATIENCE)
    actions = client.ask("GET", f"/servers/{stuck}/os-instance-actions")["instanceActions"]
    assert [action["action"] for action in actions] == ["pause", "create"], "its lease was renewed: nobody did it again"
    assert client.act(stuck, "unpause").ok
    client.wait_status(stuck, "ACTIVE", PATIENCE)


def test_then_records_guests_disks_and_notifications_agree(farm: Farm) -> None:
    farm.settle(farm.ask(Action.CREATE))
    assert farm.cloud.manage("audit") == "0 findings stand\n"
    database, told = Database(farm.cloud.database_url), Told(farm.cloud.spool)
    try:
        with database.read() as tx:
            farm.client.wait(lambda: unpaired(tx, told) == [], "all was told of")
    finally:
        database.close()
