"""Guests on a bridge of their host: their addresses, each other, cards that come and go, and nothing that is left."""

from __future__ import annotations

import base64
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from guest.recipe import Request, build
from tests.clients.cloud import Client
from tests.clients.stack import ROOT, Stack
from tests.e2e.serial_console import PATIENCE, console

UP = re.compile(r"GUEST UP uptime=\S+ uuid=\S+ host=\S+ ip=([0-9./,]+)")
# Tries to reach the first guest, until it does.
SCRIPT = """#!/bin/sh
until ping -c 1 -W 1 {address} > /dev/null; do :; done
echo "REACHED {address} over there"
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("cloud"), "--no-demo", "--plug", "bridge") as running:
        yield running


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[Client]:
    made = stack.client()
    made.login()
    yield made
    made.close()


@pytest.fixture(scope="module")
def image(client: Client) -> str:
    request = Request(ROOT / "var/tests/guest.qcow2", ROOT / "var/tests/guest-cache")
    return client.upload(build(request, lambda text: None).output)


@pytest.fixture(scope="module")
def flavor(client: Client) -> str:
    body = {"name": "test.small", "ram": 128, "vcpus": 1, "disk": 1}
    return str(client.ask("POST", "/flavors", {"flavor": body})["flavor"]["id"])


def boot(client: Client, image: str, flavor: str, name: str, script: str = "") -> str:
    more = {"user_data": base64.b64encode(script.encode()).decode()} if script else {}
    server = client.boot(image, name, flavor, config_drive=True, **more)
    client.wait_status(server, "ACTIVE", PATIENCE)
    return server


@pytest.fixture(scope="module")
def server(client: Client, image: str, flavor: str) -> str:
    """One guest, which the tests hand on in their order; each leaves it as it was."""
    return boot(client, image, flavor, "first")


def network(client: Client, path: str, body: Any = None) -> Any:
    """Of the network service: what is there, or what is made of a body."""
    answer = client.session.request("POST" if body else "GET", f"{client.url}/network/v2.0{path}", json=body, timeout=30)
    assert answer.ok, answer.text
    return answer.json()


def ports(client: Client, server: str) -> list[Any]:
    found: list[Any] = network(client, f"/ports?device_id={server}")["ports"]
    return found


def address(client: Client, server: str) -> str:
    return str(ports(client, server)[0]["fixed_ips"][0]["ip_address"])


def wait_for(client: Client, server: str, what: str, count: int = 1) -> None:
    client.wait(lambda: len(re.findall(what, console(client, server))) >= count, f"{what} {count} times", PATIENCE)


def answers(ip: str) -> bool:
    """Whether a machine answers the host: with a refusal, for nothing listens there."""
    with socket.socket() as probe:
        probe.settimeout(5.0)
        try:
            probe.connect((ip, 9))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return True


def on_this_machine(networks: list[str]) -> list[str]:
    """What the machine has of networks: links, namespaces, routes by their link, DHCP servers."""
    names = {f"{prefix}{network[:11]}" for network in networks for prefix in ("brq", "nlv", "nlns")}
    routes = subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout.split()
    servers = [text for process in psutil.process_iter(["cmdline"]) for text in process.info["cmdline"] or []
               if any(f"/{network}/dnsmasq.conf" in text for network in networks)]
    return sorted((names & {*os.listdir("/sys/class/net"), *os.listdir("/run/netns"), *routes}) | set(servers))


def test_a_guest_has_its_address_and_the_host_reaches_it(client: Client, server: str) -> None:
    (port,) = ports(client, server)
    ip = address(client, server)
    assert (port["status"], port["binding:vif_type"]) == ("ACTIVE", "bridge")
    assert port["binding:host_id"] == client.show(server)["OS-EXT-SRV-ATTR:host"]
    wait_for(client, server, UP.pattern)
    found = UP.search(console(client, server))
    assert found is not None and found[1].split("/")[0] == ip
    assert answers(ip)


def test_a_second_guest_reaches_the_first_and_goes(client: Client, server: str, image: str, flavor: str) -> None:
    ip = address(client, server)
    other = boot(client, image, flavor, "second", SCRIPT.format(address=ip))
    wait_for(client, other, f"REACHED {ip} over there")
    client.ask("DELETE", f"/servers/{other}")
    client.wait_gone(other)
    assert answers(ip)


def test_a_card_comes_to_a_running_guest_and_goes(client: Client, server: str) -> None:
    made = network(client, "/networks", {"network": {"name": "more"}})["network"]["id"]
    network(client, "/subnets", {"subnet": {"network_id": made, "ip_version": 4, "cidr": "10.1.2.0/24"}})
    path = f"/servers/{server}/os-interface"
    port = client.ask("POST", path, {"interfaceAttachment": {"net_id": made}})["interfaceAttachment"]
    wait_for(client, server, "network card eth1 added")
    wait_for(client, server, rf"dhcp eth1 {re.escape(port['fixed_ips'][0]['ip_address'])}/24")
    client.wait(lambda: {port["status"] for port in ports(client, server)} == {"ACTIVE"}, "both are ACTIVE")
    assert len(on_this_machine([made])) == 4, "bridge, link, namespace, DHCP server; and no way in for the host"
    client.ask("DELETE", f"{path}/{port['port_id']}")
    wait_for(client, server, "network card eth1 removed")
    client.wait(lambda: len(ports(client, server)) == 1, "the port is gone")
    assert on_this_machine([made]) == []


def test_a_killed_dhcp_server_comes_back(client: Client, server: str) -> None:
    (port,) = ports(client, server)

    def servers() -> list[psutil.Process]:
        return [process for process in psutil.process_iter(["cmdline"])
                if any(f"/{port['network_id']}/dnsmasq.conf" in text for text in process.info["cmdline"] or [])]

    (victim,) = servers()
    victim.kill()
    client.wait(lambda: [found for found in servers() if found.pid != victim.pid] != [], "another one")
    client.act(server, "reboot", {"type": "HARD"})
    wait_for(client, server, UP.pattern, 2)
    assert UP.findall(console(client, server))[0] == UP.findall(console(client, server))[1]


def test_nothing_is_left(stack: Stack, client: Client, server: str) -> None:
    (port,) = ports(client, server)
    directory = Path("/run") / re.findall(r"/run/(nova-lite-\w+)/", (stack.state / "etc/nova-lite-compute.conf").read_text())[0]
    # Bridge, link, namespace, the host's route and the DHCP server: the route is named by the bridge.
    assert directory.is_dir() and len(on_this_machine([port["network_id"]])) == 4
    client.ask("DELETE", f"/servers/{server}")
    client.wait_gone(server)
    assert on_this_machine([port["network_id"]]) == [] and list((directory / "networks").iterdir()) == []


def test_unstack_takes_the_networks_of_guests_that_are_still_there(
    stack: Stack, client: Client, image: str, flavor: str
) -> None:
    server = boot(client, image, flavor, "last")
    (port,) = ports(client, server)
    assert len(on_this_machine([port["network_id"]])) == 4
    stack.run("unstack.sh")
    assert on_this_machine([port["network_id"]]) == []
    assert [path for path in Path("/run").glob("nova-lite-*") if (path / "networks" / port["network_id"]).exists()] == []
