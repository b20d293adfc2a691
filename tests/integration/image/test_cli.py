"""The real ``openstack`` client against a whole cloud: what docs/image.md shows, and sharing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import disks
from tests.functional.whole.cloud import PASSWORD, Cloud

ROOT = Path(__file__).parents[3]
DEADLINE = 60.0


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
        # Without a standard input: the client would take one that is no terminal for an image's data.
        return subprocess.run(
            ["/bin/bash", "-c", f"exec <&-; {command}"], cwd=self.directory, env=self._environment, capture_output=True, text=True,
            timeout=DEADLINE, check=False,
        )

    def ok(self, command: str) -> str:
        """The output of a command that must succeed."""
        done = self.run(command)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def image(self, name: str) -> dict[str, object]:
        return dict(json.loads(self.ok(f"openstack image show -f json {name}")))


    def settled(self, name: str) -> dict[str, object]:
        """The image when its import has ended."""
        until = time.monotonic() + DEADLINE
        while (image := self.image(name))["status"] == "importing":
            assert time.monotonic() < until, f"the import of {name} never ended"
        return image


@pytest.fixture
def shell(cloud: Cloud, tmp_path: Path) -> Shell:
    (tmp_path / "disk.qcow2").write_bytes(disks.a_qcow2(size=1 << 30))
    return Shell(cloud, tmp_path)


def test_the_commands_of_the_documentation_work(shell: Shell) -> None:
    block = (ROOT / "docs" / "image.md").read_text().split("```")[1]
    commands = [line for line in block.splitlines() if line]
    assert [line.split()[2] for line in commands] == ["create", "list", "save", "delete"]
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


def test_data_are_staged_and_imported(shell: Shell) -> None:
    assert "glance-direct" in shell.ok("openstack image import info")
    assert "file" in shell.ok("openstack image stores list")
    assert shell.ok("openstack image task list").strip() == ""
    shell.ok("openstack image create --disk-format qcow2 --import --file disk.qcow2 at-once")
    shell.ok("openstack image create --disk-format qcow2 later && openstack image stage --file disk.qcow2 later")
    assert shell.image("later")["status"] == "uploading"
    shell.ok("openstack image import --method glance-direct later")
    images = [shell.settled(name) for name in ("at-once", "later")]
    assert [image["status"] for image in images] == ["active", "active"]
    assert images[0]["checksum"] == images[1]["checksum"]
    inside = shell.run(
        "openstack image create --disk-format raw web && "
        "openstack image import --method web-download --uri http://169.254.169.254/ web"
    )
    assert (inside.returncode, "does not pass filtering" in inside.stderr) == (1, True)
    shell.ok("openstack image delete at-once later web")


def test_a_list_is_narrowed(shell: Shell) -> None:
    shell.ok("openstack image create --disk-format qcow2 --file disk.qcow2 --tag narrow --community wanted")
    shell.ok("openstack image create --disk-format raw --tag narrow --private --property k=v other")
    for options, names in (
        ("--tag narrow --status active", ["wanted"]), ("--community", ["wanted"]), ("--name other", ["other"]),
        ("--property k=v", ["other"]), ("--tag narrow --sort name:desc", ["wanted", "other"]),
        ("--tag narrow --sort name:asc --limit 1", ["other"]), ("--private --tag narrow", ["other"]),
    ):
        assert shell.ok(f"openstack image list -f value -c Name {options}").split() == names, options
    shell.ok("openstack image set --hidden other")
    assert shell.ok("openstack image list -f value -c Name --hidden").split() == ["other"]
    shell.ok("openstack image delete wanted other")


def test_a_lie_is_told_to_the_user_and_leaves_no_image(shell: Shell) -> None:
    (shell.directory / "evil").write_bytes(disks.a_qcow2(backing="/etc/passwd"))
    refused = shell.run("openstack image create --disk-format qcow2 --file evil evil")
    assert refused.returncode == 1
    assert "it names a backing file" in refused.stderr
    assert "evil" not in shell.ok("openstack image list")
