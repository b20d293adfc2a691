"""What a guest is given, seen inside one: its config drive, and a password through QEMU's guest agent."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.cloud import Client
from tests.clients.stack import Stack
from tests.clients.websocket import WebSocket
from tests.e2e.cloud.command import console_address, openstack
from tests.e2e.serial_console import PATIENCE, found, wait_for

FIRST, SECRET = "k3pt-f0r-7he-b00t", "pa:ss w|rd&$1/"
# What is to be beside /etc/motd, and what the guest shows of its drive, each file on a line of its own.
MOTD = b"every byte: " + bytes(range(256))
SCRIPT = b"""#!/bin/sh
for disk in /dev/vd?; do mount -t iso9660 -o ro $disk /mnt 2> /dev/null && break; done
cd /mnt
for file in $(find . -type f); do echo "DRIVE $file $(base64 < $file | tr -d '\\n') seen"; done
cd / && umount /mnt
"""
pytestmark = pytest.mark.timeout(900)  # who runs first puts the cloud up
SEEN = re.compile(r"DRIVE \./(\S+) (\S*) seen")
READY = re.compile(r"(guest agent ready)")


@pytest.fixture(scope="module")
def server(client: Client, agent_image: Path, small: str) -> Iterator[str]:
    image = client.upload(agent_image, "with-agent", hw_qemu_guest_agent="yes")
    body = {
        "name": "looked-into", "imageRef": image, "flavorRef": small, "config_drive": True, "adminPass": FIRST,
        "metadata": {"role": "web"}, "user_data": base64.b64encode(SCRIPT).decode(),
        "personality": [{"path": "/etc/motd", "contents": base64.b64encode(MOTD).decode()}],
    }
    # Files are for old clients: microversion 2.57 took them away.
    old = {"OpenStack-API-Version": "compute 2.1"}
    answer = client.request("POST", "/servers", {"server": body}, headers=old)
    assert answer.ok, answer.text
    made = str(answer.json()["server"]["id"])
    client.wait_status(made, "ACTIVE", PATIENCE)
    yield made
    client.ask("DELETE", f"/servers/{made}")
    client.wait_gone(made)


def test_the_config_drive_has_what_was_asked_for(client: Client, server: str) -> None:
    wait_for(client, server, re.compile(r"(user_data ended)"), 1)
    files = {name: base64.b64decode(content) for name, content in found(client, server, SEEN)}
    assert files["openstack/latest/user_data"] == SCRIPT
    assert files["openstack/content/0000"] == MOTD
    told = json.loads(files["openstack/latest/meta_data.json"])
    assert (told["uuid"], told["name"]) == (server, "looked-into")
    assert (told["meta"], told["admin_pass"]) == ({"role": "web"}, FIRST)
    assert told["files"] == [{"path": "/etc/motd", "content_path": "/content/0000"}]
    (link,) = json.loads(files["openstack/latest/network_data.json"])["links"]
    (address,) = next(iter(client.show(server)["addresses"].values()))
    assert link["ethernet_mac_address"] == address["OS-EXT-IPS-MAC:mac_addr"]


def test_who_knows_the_new_password_gets_in(stack: Stack, client: Client, server: str) -> None:
    wait_for(client, server, READY, 1)
    # The agent listens; that it does reaches libvirt a moment later.
    done: list[subprocess.CompletedProcess[str]] = []

    def set_password() -> bool:
        done[:] = [openstack(stack, "server", "set", "--password", SECRET, server)]
        # Nobody listens yet; or the host was too busy to answer in time, and may still be at it.
        again = any(words in done[0].stderr for words in ("501", "503", "task_state"))
        assert done[0].returncode == 0 or again, done[0].stderr
        return done[0].returncode == 0

    client.wait(set_password, lambda: f"the agent obeys: {done[0].stderr}", PATIENCE)
    with WebSocket(console_address(stack, server, "serial")) as line:
        for typed, awaited in (("\n", b"login: "), ("root\n", b"Password: "), (f"{SECRET}\n", b":~# ")):
            line.send(typed.encode())
            line.read_until(awaited)
    assert [path.name for path in (stack.state / "log").iterdir() if SECRET.encode() in path.read_bytes()] == []
