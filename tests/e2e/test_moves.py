"""A real guest goes from one host to another with its files, and is made anew when its host has died."""

from __future__ import annotations

import base64
import contextlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stack.servers import Libvirt
from tests.e2e.serial_console import BOOT, PATIENCE, UP, wait_for
from tests.integration.processes import Processes

HOSTS = ("h1", "h2")
HOST = "OS-EXT-SRV-ATTR:host"
# Each host has a libvirt and an image cache of its own, as if it were a machine of its own.
HYPERVISOR = """
[compute]
driver = libvirt
image_cache_path = {directory}/{host}/cache
[libvirt]
uri = {uri}
"""
# The first boot of a disk leaves a file that no other disk has; every boot tells what is in it.
SCRIPT = """#!/bin/sh
cat /proc/sys/kernel/random/uuid > /kept
echo 'echo "KEPT $(cat /kept) here"' >> /lib/novalite/late
sync
echo "KEPT $(cat /kept) here"
"""
KEPT = re.compile(r"KEPT ([0-9a-f-]{36}) here")


class TwoHosts:
    """A cloud with two hosts, each with a libvirt of its own."""

    def __init__(self, cloud: Processes, uris: dict[str, str]) -> None:
        self.cloud, self.client, self._uris = cloud, cloud.client, uris

    def virsh(self, host: str, *command: str) -> list[str]:
        """The lines that it prints."""
        line = ["virsh", "-q", "-c", self._uris[host], *command]
        printed = subprocess.run(line, capture_output=True, text=True, check=True).stdout
        return [text.strip() for text in printed.splitlines() if text.strip()]

    def running(self, host: str) -> list[str]:
        return self.virsh(host, "list", "--uuid")

    def left(self, host: str) -> list[str]:
        """What there is of any guest: defined or running, and files."""
        files = [path.name for path in (self.cloud.directory / host / "instances").iterdir()]
        return self.virsh(host, "list", "--all", "--uuid") + files

    def card(self, host: str, server: str) -> str:
        """The MAC address of its only network card."""
        (line,) = self.virsh(host, "domiflist", server)
        return line.split()[-1]

    def force_down(self, host: str, down: bool) -> None:
        (service,) = self.client.ask("GET", f"/os-services?binary=nova-compute&host={host}")["services"]
        self.client.ask("PUT", f"/os-services/{service['id']}", {"forced_down": down})

    def is_sound(self) -> bool:
        """The audit finds nothing."""
        with contextlib.suppress(subprocess.CalledProcessError):
            return self.cloud.manage("audit") == "0 findings stand\n"
        return False

    def act(self, server: str, action: str, arguments: object, status: str) -> dict[str, Any]:
        answer = self.client.act(server, action, arguments)
        assert answer.ok, answer.text
        return self.client.wait_status(server, status, PATIENCE)


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoHosts]:
    directory: Path = tmp_path_factory.mktemp("hosts")
    with contextlib.ExitStack() as all_ends:
        uris = {host: all_ends.enter_context(Libvirt(directory / f"{host}-libvirt")).uri for host in HOSTS}
        options = {host: HYPERVISOR.format(directory=directory, host=host, uri=uri) for host, uri in uris.items()}
        cloud = all_ends.enter_context(Processes(directory, options))
        yield TwoHosts(cloud, uris)


@pytest.fixture(scope="module")
def server(hosts: TwoHosts, guest_image: Path) -> str:
    """One guest, which the tests hand on in their order: the first finds it on h1, the second on h2."""
    client = hosts.client
    image, small = client.upload(guest_image), client.make_flavor("test.small", 128, 1)
    script = base64.b64encode(SCRIPT.encode()).decode()
    made = client.boot(
        image, "moved", small, user_data=script, config_drive=True, availability_zone="nova:h1"
    )
    client.wait_status(made, "ACTIVE", PATIENCE)
    return made


def test_a_guest_migrates_with_its_files_and_nothing_is_left_behind(hosts: TwoHosts, server: str) -> None:
    client = hosts.client
    kept, inside = wait_for(client, server, KEPT, 1), wait_for(client, server, UP, 1)
    before, card = client.show(server), hosts.card("h1", server)
    assert before[HOST] == "h1"
    shown = hosts.act(server, "migrate", None, "VERIFY_RESIZE")
    assert (shown[HOST], shown["addresses"]) == ("h2", before["addresses"])
    assert hosts.running("h1") == [] and hosts.running("h2") == [server]
    assert hosts.left("h1") == [server, server], "the source's guest is off, and there until the move is decided"
    assert wait_for(client, server, BOOT, 1) == ("2",), "the second boot of the same disk"
    assert wait_for(client, server, KEPT, 1) == kept
    assert wait_for(client, server, UP, 1) == inside and hosts.card("h2", server) == card
    hosts.act(server, "confirmResize", None, "ACTIVE")
    assert hosts.left("h1") == [] and hosts.running("h2") == [server]


def test_a_guest_of_a_dead_host_is_made_anew_and_the_old_one_goes_when_the_host_is_back(
    hosts: TwoHosts, server: str
) -> None:
    client = hosts.client
    kept, inside = wait_for(client, server, KEPT, 1), wait_for(client, server, UP, 1)
    before, card = client.show(server), hosts.card("h2", server)
    hosts.cloud.kill("h2")
    hosts.virsh("h2", "destroy", server)
    hosts.force_down("h2", True)
    shown = hosts.act(server, "evacuate", {}, "ACTIVE")
    assert (shown[HOST], shown["addresses"]) == ("h1", before["addresses"])
    assert hosts.left("h2") == [server, server]
    assert wait_for(client, server, BOOT, 1) == ("1",), "the hosts share no disks: it is a new one"
    assert wait_for(client, server, KEPT, 1) != kept
    assert wait_for(client, server, UP, 1) == inside and hosts.card("h1", server) == card
    hosts.cloud.start("h2")
    hosts.force_down("h2", False)
    client.wait(lambda: hosts.left("h2") == [], "what was evacuated is gone from its old host", PATIENCE)
    assert hosts.running("h1") == [server] and client.show(server)["status"] == "ACTIVE"
    client.wait(hosts.is_sound, "an audit that finds nothing", PATIENCE)


def test_then_a_deleted_guest_leaves_nothing_on_either_host(hosts: TwoHosts, server: str) -> None:
    hosts.client.ask("DELETE", f"/servers/{server}")
    hosts.client.wait_gone(server)
    assert [hosts.left(host) for host in HOSTS] == [[], []]
    images = hosts.client.session.get(f"{hosts.client.image_url}/images", timeout=30).json()["images"]
    assert [image["name"] for image in images] == ["test"], "the disks that were sent are not kept"
