"""A small HTTP client of a cloud: logs in, boots, acts, waits. It waits on states with a deadline, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

MICROVERSION = "compute 2.84"
PATIENCE = 120.0  # seconds that a state may take to come, on a machine that is busy with other tests


class Client:
    """One user of one cloud. ``auth_url`` and ``image_url``, with versions, may be set to others'."""

    def __init__(
        self, url: str, user: str, password: str, project: str = "admin", timeout: float = PATIENCE
    ) -> None:
        """:param timeout: seconds of silence after which a request is given up."""
        self.url, self._timeout = url, timeout
        self.auth_url, self.image_url = f"{url}/identity/v3", f"{url}/image/v2"
        self._credentials = (user, password, project)
        self.project_id = ""
        self.session = requests.Session()

    def close(self) -> None:
        self.session.close()

    # -- requests

    def login(self) -> None:
        """Get a token, scoped to the project."""
        user, password, project = self._credentials
        domain = {"id": "default"}
        identity = {"methods": ["password"], "password": {
            "user": {"name": user, "domain": domain, "password": password}}}
        body: Any = {"auth": {"identity": identity, "scope": {"project": {"name": project, "domain": domain}}}}
        answer = self.session.post(f"{self.auth_url}/auth/tokens", json=body, timeout=self._timeout)
        answer.raise_for_status()
        self.project_id = answer.json()["token"]["project"]["id"]
        self.session.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
        self.session.headers["OpenStack-API-Version"] = MICROVERSION

    def request(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        """A request to the compute API; any status."""
        if "X-Auth-Token" not in self.session.headers:
            self.login()
        return self.session.request(
            method, f"{self.url}/compute/v2.1{path}", json=body, timeout=self._timeout, **more
        )

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A request that must succeed; its JSON."""
        answer = self.request(method, path, body)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    # -- what tests want

    def wait_for_hosts(self, count: int, patience: float = PATIENCE, since: float = 0.0) -> None:
        """Wait until that many compute hosts are up, heard of since that time, and the API answers at all."""
        def up() -> bool:
            try:
                answer = self.request("GET", "/os-services?binary=nova-compute")
            except (requests.ConnectionError, requests.HTTPError, requests.Timeout):
                return False
            services = answer.json()["services"] if answer.ok else []
            return len([one for one in services if one["state"] == "up" and _heard(one) >= since]) >= count
        self.wait(up, f"{count} hosts up", patience)

    def wait_for_api(self, patience: float = PATIENCE) -> None:
        """Wait until the API answers."""
        def answers() -> bool:
            try:
                return self.session.get(f"{self.url}/health", timeout=self._timeout).ok
            except (requests.ConnectionError, requests.Timeout):
                return False
        self.wait(answers, "the API answers", patience)

    def upload(self, path: Path, name: str = "test", disk_format: str = "qcow2", **properties: str) -> str:
        """Make an image of a file; its id."""
        if "X-Auth-Token" not in self.session.headers:
            self.login()
        body = {"name": name, "disk_format": disk_format, "container_format": "bare", "visibility": "public",
                **properties}
        made = self.session.post(f"{self.image_url}/images", json=body, timeout=self._timeout)
        made.raise_for_status()
        image_id: str = made.json()["id"]
        with path.open("rb") as data:
            put = self.session.put(
                f"{self.image_url}/images/{image_id}/file", data=data, timeout=self._timeout,
                headers={"Content-Type": "application/octet-stream"},
            )
        put.raise_for_status()
        return image_id

    def make_flavor(self, name: str, memory_mb: int, disk_gb: int) -> str:
        """A flavor with one CPU; its id."""
        body = {"name": name, "ram": memory_mb, "vcpus": 1, "disk": disk_gb}
        return str(self.ask("POST", "/flavors", {"flavor": body})["flavor"]["id"])

    def boot(self, image: str, name: str = "demo", flavor: str = "42", **fields: object) -> str:
        """Ask for a server; its id."""
        server = {"name": name, "imageRef": image, "flavorRef": flavor, "networks": "auto", **fields}
        return str(self.ask("POST", "/servers", {"server": server})["server"]["id"])

    def boot_up(self, image: str, name: str = "demo", flavor: str = "42", **fields: object) -> str:
        """Have a server that is ACTIVE; its id."""
        server = self.boot(image, name, flavor, **fields)
        self.wait_status(server, "ACTIVE")
        return server

    def act(self, server: str, action: str, arguments: object = None) -> requests.Response:
        """An action on a server; any status."""
        return self.request("POST", f"/servers/{server}/action", {action: arguments})

    def show(self, server: str) -> dict[str, Any]:
        """The server's document."""
        shown: dict[str, Any] = self.ask("GET", f"/servers/{server}")["server"]
        return shown

    def wait_status(self, server: str, status: str, patience: float = PATIENCE) -> dict[str, Any]:
        """Wait until the server has a status and nothing is being done to it; its document."""
        seen: dict[str, Any] = {}

        def reached() -> bool:
            seen.update(self.show(server))
            assert status == "ERROR" or seen["status"] != "ERROR", f"server is in ERROR: {seen.get('fault')}"
            return bool(seen["status"] == status and seen["OS-EXT-STS:task_state"] is None)
        self.wait(reached, f"server {server} {status}", patience)
        return seen

    def wait_gone(self, server: str) -> None:
        """Wait until the server is not found."""
        self.wait(lambda: self.request("GET", f"/servers/{server}").status_code == 404, f"server {server} gone")

    def wait(
        self, condition: Callable[[], bool], what: str | Callable[[], str], patience: float = PATIENCE,
        pause: float = 0.02,
    ) -> None:
        """Ask again and again until the condition holds; fails naming ``what`` when patience ends."""
        deadline, late = time.monotonic() + patience, False
        while not condition():
            if late:
                raise AssertionError(f"not within {patience:.0f} s: {what if isinstance(what, str) else what()}")
            time.sleep(pause)
            late = time.monotonic() > deadline  # before the last look: whoever stood still himself looks once more


def _heard(service: dict[str, Any]) -> float:
    """When it has reported last, in seconds."""
    return datetime.fromisoformat(service["updated_at"]).replace(tzinfo=UTC).timestamp()
