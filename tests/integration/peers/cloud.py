"""A cloud of real processes whose identity is a real Keystone and whose images are in a real Glance."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.clients.cloud import Client
from tests.integration.processes import Processes
from tests.peers import Glance, Keystone
from tests.peers.glance import Validator

SERVICE_PASSWORD = "password-of-services"
DEADLINE = 300.0  # seconds that a command may take, on a machine that is busy with other tests

CENTER = """
[api]
auth_strategy = keystone
[keystone_authtoken]
auth_url = {auth_url}
password = {password}
interface = public
token_cache_time = 1
[image]
url = {image_url}
auth_url = {auth_url}
password = {password}
"""
COMPUTE = """
[compute]
auth_url = {auth_url}
image_url = {image_url}
password = {password}
"""


class Shell:
    """A user's shell with the unmodified openstack client on its PATH. ``user`` and ``project`` of the Keystone."""

    def __init__(self, directory: Path, auth_url: str, user: str, password: str, project: str) -> None:
        self.directory = directory
        self._environment = {
            **os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONWARNINGS": "ignore",
            "OS_AUTH_URL": auth_url, "OS_USERNAME": user, "OS_PASSWORD": password, "OS_REGION_NAME": "RegionOne",
            "OS_PROJECT_NAME": project, "OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_NAME": "Default",
            "OS_IDENTITY_API_VERSION": "3",
        }

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/bash", "-c", command], cwd=self.directory, env=self._environment, capture_output=True, text=True,
            timeout=DEADLINE, check=False,
        )

    def ok(self, command: str) -> str:
        """The output of a command that must succeed."""
        done = self.run(command)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout.strip()

    def batch(self, command: str) -> None:
        """A command that feeds lines to the client, which ends with status 1 then whatever it was told."""
        done = self.run(command)
        assert done.stderr == "", f"{command}: {done.stderr}"

    def json(self, command: str) -> dict[str, Any]:
        return dict(json.loads(self.ok(f"{command} -f json")))


class PeeredCloud(Processes):
    """``keystone`` and ``glance`` run as long as it does."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.keystone = Keystone(directory / "keystone", self.ports.one())
        validator = Validator(self.keystone.auth_url, "admin", self.keystone.password, "admin")
        self.glance = Glance(directory / "glance", validator, self.ports.one())
        self._peers = contextlib.ExitStack()

    def __enter__(self) -> PeeredCloud:
        with contextlib.ExitStack() as starting:
            starting.enter_context(self.keystone)
            starting.enter_context(self.glance)
            self.register()
            values = {
                "auth_url": self.keystone.auth_url, "image_url": self.glance.url, "password": SERVICE_PASSWORD,
            }
            self.more_of_center, self.more_of_compute = CENTER.format(**values), COMPUTE.format(**values)
            self.client = self.client_of("admin", self.keystone.password, "admin")
            super().__enter__()
            self._peers = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._peers:
            super().__exit__(kind, error, trace)

    def client_of(self, user: str, password: str, project: str) -> Client:
        """A client of our API with tokens of the Keystone."""
        client = Client(f"http://127.0.0.1:{self.port}", user, password, project)
        client.auth_url, client.image_url = self.keystone.auth_url, f"{self.glance.url}/v2"
        return client

    def shell(self, user: str = "admin", password: str = "", project: str = "admin") -> Shell:
        """The shell of one of Keystone's users."""
        return Shell(self.directory, self.keystone.auth_url, user, password or self.keystone.password, project)

    def register(self) -> None:
        """What docs/operations.md tells to do once in the Keystone, by that page's own commands."""
        text = (Path(__file__).resolve().parents[3] / "docs" / "operations.md").read_text()
        block = text.split("<!-- keystone -->")[1].split("```")[1]
        self.shell().batch(
            f"PASSWORD='{SERVICE_PASSWORD}' URL=http://127.0.0.1:{self.port} GLANCE={self.glance.url}\n{block}"
        )
