"""The README followed to the letter in a fresh clone: a real guest, the unmodified client, and no trace left."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stack.cloud import Cloud
from stack.options import Choices
from stack.supervision import Supervisor
from tests.clients.cloud import Client
from tests.clients.stack import ROOT, Stack

pytestmark = pytest.mark.timeout(1800)  # who runs first has all that a clone needs installed
UP = "=== NOVALITE GUEST UP"
SOON = 60.0  # seconds of a machine that has much else to do: long before guests are compared with their records
BOOTED = 300.0  # seconds that a guest may take there, to come or to go


class Shell:
    """A user's shell after ``. ./openrc``."""

    def __init__(self, stack: Stack) -> None:
        self._environment = stack.openrc()

    def run(self, *command: str) -> str:
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    def server(self, name: str) -> dict[str, object]:
        """What ``openstack server show`` says."""
        shown: dict[str, object] = json.loads(self.run("openstack", "server", "show", name, "-f", "json"))
        return shown


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clone") / "nova-lite"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def stack(clone: Path) -> Iterator[Stack]:
    with Stack(clone / "var", root=clone) as running:
        yield running


@pytest.fixture(scope="module")
def shell(stack: Stack) -> Shell:
    return Shell(stack)


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    """Who waits: each look of the shell takes a second or more."""
    made = stack.client()
    made.login()
    yield made
    made.close()


def test_stack_boots_a_guest_and_shows_its_console(stack: Stack, shell: Shell) -> None:
    assert UP in stack.output and "demo login:" in stack.output
    assert shell.server("demo")["status"] == "ACTIVE"


def test_the_console_names_the_instance_and_its_address(shell: Shell) -> None:
    log = shell.run("openstack", "console", "log", "show", "demo")
    line = next(line for line in log.splitlines() if line.startswith(UP))
    assert f"uuid={shell.server('demo')['id']}" in line and "ip=10." in line


def test_pause_and_unpause_show_in_virsh(shell: Shell, client: Client) -> None:
    for command, status, state in (("pause", "PAUSED", "paused"), ("unpause", "ACTIVE", "running")):
        shell.run("openstack", "server", command, "demo")
        client.wait_status(_named(client, "demo"), status, BOOTED)
        assert state in shell.run("virsh", "list")


def test_stop_start_and_reboot(shell: Shell, client: Client) -> None:
    shell.run("openstack", "server", "stop", "demo")
    client.wait_status(_named(client, "demo"), "SHUTOFF", BOOTED)
    assert "running" not in shell.run("virsh", "list")
    shell.run("openstack", "server", "start", "demo")
    client.wait_status(_named(client, "demo"), "ACTIVE", BOOTED)
    shell.run("openstack", "server", "reboot", "--hard", "--wait", "demo")
    assert "running" in shell.run("virsh", "list")


def _named(client: Client, name: str) -> str:
    """The id of the server of that name."""
    (server,) = client.ask("GET", f"/servers?name=^{name}$")["servers"]
    return str(server["id"])


def test_a_guest_that_powers_itself_off_is_shutoff_soon(shell: Shell, client: Client, tmp_path: Path) -> None:
    script = tmp_path / "off.sh"
    script.write_text("#!/bin/sh\npoweroff\n")
    shell.run("openstack", "server", "create", "--image", "nova-lite-guest", "--flavor", "m1.nano",
              "--user-data", str(script), "sleeper")  # it may be off again before --wait looks
    server = _named(client, "sleeper")
    client.wait(lambda: client.show(server)["OS-SRV-USG:launched_at"] is not None, "the guest has been started", BOOTED)
    client.wait(lambda: f"instance-{server}" not in shell.run("virsh", "list"), "the guest is off", BOOTED)
    client.wait_status(server, "SHUTOFF", patience=SOON)
    shell.run("openstack", "server", "delete", "--wait", "sleeper")


def test_an_image_that_is_no_disk_image_ends_in_words(shell: Shell, client: Client, tmp_path: Path) -> None:
    junk = tmp_path / "junk.raw"
    junk.write_bytes(b"neither a boot sector nor a file system " * 40)
    shell.run("openstack", "image", "create", "--disk-format", "raw", "--file", str(junk), "junk")
    shell.run("openstack", "server", "create", "--image", "junk", "--flavor", "m1.nano", "no-disk")
    fault = client.wait_status(_named(client, "no-disk"), "ERROR", BOOTED)["fault"]
    assert isinstance(fault, dict) and "image" in str(fault["message"]).lower()
    shell.run("openstack", "server", "delete", "--wait", "no-disk")


def test_a_host_whose_libvirt_is_gone_ends_a_boot_in_words(stack: Stack, shell: Shell, client: Client) -> None:
    images = client.session.get(f"{client.image_url}/images?name=nova-lite-guest", timeout=BOOTED).json()["images"]
    # Without libvirt the host reports no more, and soon counts as down: it has just reported, and is asked at once.
    client.wait_for_hosts(1, BOOTED, since=time.time())
    Supervisor(Cloud(ROOT, stack.state, Choices())).stop("libvirtd")  # or it would be brought back within a second
    fault = client.wait_status(client.boot(images[0]["id"], "no-libvirt"), "ERROR", BOOTED)["fault"]
    assert isinstance(fault, dict) and "libvirt" in str(fault["message"])
    stack.run("stack.sh", "--no-demo")
    shell.run("openstack", "server", "delete", "--wait", "no-libvirt")
    assert "running" in shell.run("virsh", "list"), "the guest of before lives on"


def test_the_tour_of_the_readme(shell: Shell) -> None:
    for command in (
        "token issue", "catalog list", "versions show", "image list", "flavor list", "keypair list", "server list",
        "server event list demo", "compute service list", "hypervisor list", "availability zone list --compute",
        "limits show --absolute", "quota show --compute", "project list", "user list", "role list",
    ):
        shell.run("openstack", *command.split())


def test_a_second_run_does_nothing_twice(stack: Stack, shell: Shell) -> None:
    before = shell.server("demo")["id"]
    again = stack.run("stack.sh")
    assert "demo is ACTIVE" in again and "is current" in again
    assert shell.server("demo")["id"] == before


def test_delete_leaves_no_domain_no_disk_no_allocation(stack: Stack, shell: Shell) -> None:
    shell.run("openstack", "server", "delete", "--wait", "demo")
    assert "instance-" not in shell.run("virsh", "list", "--all")
    assert list((stack.state / "lib/instances").iterdir()) == []
    host = json.loads(shell.run(
        "openstack", "--os-compute-api-version", "2.87", "hypervisor", "list", "--long", "-f", "json"
    ))[0]
    assert host["vCPUs Used"] == 0


def test_unstack_leaves_nothing(clone: Path, stack: Stack) -> None:
    stack.run("unstack.sh")
    assert not (clone / "var").exists() and not (clone / "openrc").exists()
    assert str(clone) not in Path("/proc/mounts").read_text()
    left = [process.info for process in psutil.process_iter(["pid", "cmdline"])
            if any(str(clone) in argument for argument in process.info["cmdline"] or ())]
    assert left == []
