"""The real ``openstack`` client against a whole cloud: images sent, fetched, changed and shared."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import disks
from tests.functional.whole.cloud import PASSWORD, Cloud

DEADLINE = 300.0  # seconds that a command may take, on a machine that is busy with other tests


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("cloud")) as running:
        yield running


class Shell:
    """A user's shell with the client on its PATH."""

    def __init__(self, cloud: Cloud, directory: Path) -> None:
        self.directory = directory
        self._environment = {
            **os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONWARNINGS": "ignore",
            "OS_AUTH_URL": f"{cloud.client.url}/identity/v3", "OS_USERNAME": "admin", "OS_PASSWORD": PASSWORD,
            "OS_PROJECT_NAME": "admin", "OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_NAME": "Default",
            "OS_REGION_NAME": "RegionOne", "OS_IDENTITY_API_VERSION": "3",
        }

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        # At a terminal: the client takes any other standard input for an image's data.
        ours, theirs = pty.openpty()
        try:
            return subprocess.run(
                ["/bin/bash", "-c", command], cwd=self.directory, env=self._environment, stdin=theirs,
                capture_output=True, text=True, timeout=DEADLINE, check=False,
            )
        finally:
            os.close(ours)
            os.close(theirs)

    def ok(self, command: str) -> str:
        """The output of a command that must succeed."""
        done = self.run(command)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def image(self, name: str) -> dict[str, object]:
        return dict(json.loads(self.ok(f"openstack image show -f json {name}")))


@pytest.fixture
def shell(cloud: Cloud, tmp_path: Path) -> Shell:
    (tmp_path / "disk.qcow2").write_bytes(disks.a_qcow2(size=1 << 30))
    return Shell(cloud, tmp_path)


def test_an_image_comes_back_as_it_was_sent(shell: Shell) -> None:
    commands = (
        "openstack image create --disk-format qcow2 --container-format bare --file disk.qcow2 debian",
        "openstack image list", "openstack image save --file copy.qcow2 debian", "openstack image delete debian",
    )
    outputs = [shell.ok(command) for command in commands]
    assert "debian" in outputs[1]
    assert (shell.directory / "copy.qcow2").read_bytes() == (shell.directory / "disk.qcow2").read_bytes()
    assert shell.run("openstack image show debian").returncode != 0


def test_an_image_is_changed_and_withheld(shell: Shell) -> None:
    shell.ok("openstack image create --disk-format qcow2 --file disk.qcow2 --tag a --property k=v one")
    assert shell.image("one")["virtual_size"] == 1 << 30
    shell.ok("openstack image set --name two --property x=y --min-ram 64 --protected one")
    image = shell.image("two")
    properties = image["properties"]
    assert isinstance(properties, dict)
    assert (properties["k"], properties["x"], image["min_ram"], image["tags"]) == ("v", "y", 64, ["a"])
    assert "protected" in shell.run("openstack image delete two").stderr
    shell.ok("openstack image unset --property k --tag a two")
    shell.ok("openstack image set --unprotected --deactivate two")
    assert shell.image("two")["status"] == "deactivated"
    shell.ok("openstack image set --activate two")
    shell.ok("openstack image delete two")


def test_an_image_is_shared_with_a_project(shell: Shell) -> None:
    shell.ok("openstack project create --or-show friends")
    shell.ok("openstack image create --disk-format qcow2 --file disk.qcow2 --shared ours")
    shell.ok("openstack image add project ours friends")
    shell.ok("openstack image set --project friends --accept ours")
    assert "accepted" in shell.ok("openstack image member list ours")
    friends = shell.ok("openstack project show -f value -c id friends").strip()
    assert "accepted" in shell.ok(f"openstack image member get ours {friends}")
    shell.ok("openstack image remove project ours friends")
    shell.ok("openstack image delete ours")


def test_a_lie_is_told_to_the_user_and_leaves_no_image(shell: Shell) -> None:
    (shell.directory / "evil").write_bytes(disks.a_qcow2(backing="/etc/passwd"))
    refused = shell.run("openstack image create --disk-format qcow2 --file evil evil")
    assert refused.returncode == 1
    assert "it names a backing file" in refused.stderr
    assert "evil" not in shell.ok("openstack image list")
