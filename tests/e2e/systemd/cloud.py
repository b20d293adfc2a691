"""The cloud in the container: its units as systemd sees them, and its users' side over REST."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from stack import processes
from stack.rest import Answer, ApiError, Client
from tests.e2e.systemd.machine import Failed, Machine

DAEMONS = ("nova-lite-api", "nova-lite-scheduler", "nova-lite-conductor", "nova-lite-compute")
INSTALL = "/opt/nova-lite/etc/systemd/install.sh"
URL = "http://127.0.0.1:8774"
PATIENCE = 300.0  # seconds; ten times what a guest needs to come up on a busy machine without KVM
SERVERS = "/compute/v2.1/servers"


class Unit(NamedTuple):
    """What systemd says of a unit. ``pid`` is the container's number; 0: none."""

    active: str
    pid: int
    result: str
    status: int


class Cloud:
    """Drives the cloud and waits for what it does; whoever waits in vain gets the daemons' log."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._client = Client(URL)
        self._image = ""

    def unit(self, name: str) -> Unit:
        """The state of a unit."""
        names = ("ActiveState", "MainPID", "Result", "ExecMainStatus")
        text = self.machine.run("systemctl", "show", name, *(f"-p{property_}" for property_ in names))
        values = dict(line.split("=", 1) for line in text.splitlines())
        active, pid, result, status = (values.get(property_, "0") for property_ in names)
        return Unit(active, int(pid), result, int(status))

    def wait(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Wait for a condition. Raises Failed with ``what`` and the log."""
        if not processes.wait_until(condition, patience):
            log = self.machine.run("journalctl", "--no-pager", "-o", "cat", "-u", "nova-lite-*", "-u", "libvirtd")
            lines = [line for line in log.splitlines() if " GET " not in line]
            raise Failed("\n".join([f"not within {patience:.0f} s: {what}", *lines[-80:]]))

    def wait_up(self) -> None:
        """Every unit is active, and every service reports itself up."""
        self.wait(lambda: all(self.unit(name).active == "active" for name in DAEMONS), "all units active")
        password = self.machine.run("cat", "/etc/nova-lite/admin-password").strip()
        self.wait(lambda: self._services_up(password), "all services up")

    def replaced(self, name: str, old: Unit) -> None:
        """The daemon runs again, as another process."""
        self.wait(lambda: (now := self.unit(name)).active == "active" and now.pid not in (0, old.pid), f"{name} back")

    def upload(self, image: Path) -> None:
        """Make the image of all guests."""
        meta = {"name": "guest", "disk_format": "qcow2", "container_format": "bare"}
        self._image = str(self.post("/image/v2/images", meta)["id"])
        with self.machine.network():
            self._client.put_file(f"/image/v2/images/{self._image}/file", image)

    def boot(self, name: str, **fields: object) -> str:
        """Boot a guest; its id once it is ACTIVE."""
        body = {"name": name, "flavorRef": "42", "imageRef": self._image, **fields}
        server = str(self.post(SERVERS, {"server": body})["server"]["id"])
        self.wait_status(server, "ACTIVE")
        return server

    def act(self, server: str, action: dict[str, object]) -> Answer:
        """Ask for an action on a server."""
        return self.post(f"{SERVERS}/{server}/action", action)

    def wait_status(self, server: str, status: str) -> None:
        """Wait until a server has a status; Failed at once when it has ERROR instead."""

        def reached() -> bool:
            shown = self.get(f"{SERVERS}/{server}")["server"]
            if shown.get("status") == "ERROR" != status:
                raise Failed(f"the server is in ERROR: {shown.get('fault')}")
            return shown.get("status") == status and not shown.get("OS-EXT-STS:task_state")

        self.wait(reached, f"server {status}")

    def delete(self, server: str) -> None:
        """Delete a server and wait until it is gone."""
        with self.machine.network():
            self._client.delete(f"{SERVERS}/{server}")
        self.wait(lambda: server not in str(self.get(SERVERS)), "server deleted")

    def get(self, path: str) -> Answer:
        with self.machine.network():
            return self._client.get(path)

    def post(self, path: str, body: object) -> Answer:
        with self.machine.network():
            return self._client.post(path, body)

    def virsh(self, *arguments: str) -> str:
        """What virsh of the container's root says."""
        return self.machine.run("virsh", "-q", "-c", "qemu:///system", *arguments).strip()

    def _services_up(self, password: str) -> bool:
        try:
            with self.machine.network():
                self._client.login("admin", password, "admin")
            services = self.get("/compute/v2.1/os-services")["services"].items()
        except (ApiError, OSError, http.client.HTTPException):  # it is killed in the middle of an answer
            return False
        return len([entry for entry in services if entry.get("state") == "up"]) == len(DAEMONS) - 1
