"""Guests on a bridge of their host: their addresses, each other, cards that come and go, and nothing that is left."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import psutil
import pytest

from tests.clients.cloud import Client
from tests.clients.stack import Stack
from tests.e2e.cloud.networks import boot, network, on_this_machine, ports
from tests.e2e.serial_console import PATIENCE, console

# With the end of the line: one that is still being written has a part of an address.
UP = re.compile(r"GUEST UP uptime=\S+ uuid=\S+ host=\S+ ip=([0-9./,]+)\s")
# Tries to reach the first guest, until it does.
SCRIPT = """#!/bin/sh
until ping -c 1 -W 1 {address} > /dev/null; do :; done
echo "REACHED {address} over there"
"""


@pytest.fixture(scope="module")
def server(client: Client, image: str, small: str) -> str:
    """One guest, which the tests hand on in their order; each leaves it as it was."""
    return boot(client, image, small, "first")


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


def test_a_guest_has_its_address_and_the_host_reaches_it(client: Client, server: str) -> None:
    (port,) = ports(client, server)
    ip = address(client, server)
    assert (port["status"], port["binding:vif_type"]) == ("ACTIVE", "bridge")
    assert port["binding:host_id"] == client.show(server)["OS-EXT-SRV-ATTR:host"]
    wait_for(client, server, UP.pattern)
    found = UP.search(console(client, server))
    assert found is not None and found[1].split("/")[0] == ip
    client.wait(lambda: answers(ip), f"{ip} answers", PATIENCE)


def test_a_second_guest_reaches_the_first_and_goes(client: Client, server: str, image: str, small: str) -> None:
    ip = address(client, server)
    other = boot(client, image, small, "second", SCRIPT.format(address=ip))
    wait_for(client, other, f"REACHED {ip} over there")
    client.ask("DELETE", f"/servers/{other}")
    client.wait_gone(other)
    client.wait(lambda: answers(ip), f"{ip} answers", PATIENCE)


def test_a_card_comes_to_a_running_guest_and_goes(client: Client, server: str) -> None:
    made = network(client, "/networks", {"network": {"name": "more"}})["network"]["id"]
    network(client, "/subnets", {"subnet": {"network_id": made, "ip_version": 4, "cidr": "10.1.2.0/24"}})
    path = f"/servers/{server}/os-interface"
    port = client.ask("POST", path, {"interfaceAttachment": {"net_id": made}})["interfaceAttachment"]
    wait_for(client, server, "network card eth1 added")
    wait_for(client, server, rf"dhcp eth1 {re.escape(port['fixed_ips'][0]['ip_address'])}/24")
    client.wait(lambda: {port["status"] for port in ports(client, server)} == {"ACTIVE"}, "both are ACTIVE", PATIENCE)
    assert len(on_this_machine([made])) == 4, "bridge, link, namespace, DHCP server; and no way in for the host"
    client.ask("DELETE", f"{path}/{port['port_id']}")
    wait_for(client, server, "network card eth1 removed")
    client.wait(lambda: len(ports(client, server)) == 1, "the port is gone", PATIENCE)
    assert on_this_machine([made]) == []


def test_a_killed_dhcp_server_comes_back(client: Client, server: str) -> None:
    (port,) = ports(client, server)

    def servers() -> list[psutil.Process]:
        return [process for process in psutil.process_iter(["cmdline"])
                if any(f"/{port['network_id']}/dnsmasq.conf" in text for text in process.info["cmdline"] or [])]

    (victim,) = servers()
    victim.kill()
    client.wait(lambda: [found for found in servers() if found.pid != victim.pid] != [], "another one", PATIENCE)
    answer = client.act(server, "reboot", {"type": "HARD"})
    assert answer.ok, answer.text
    wait_for(client, server, UP.pattern, 2)
    assert UP.findall(console(client, server))[0] == UP.findall(console(client, server))[1]


def test_nothing_is_left(stack: Stack, client: Client, server: str) -> None:
    (port,) = ports(client, server)
    configuration = (stack.state / "etc/nova-lite-compute.conf").read_text()
    directory = Path("/run") / re.findall(r"/run/(nova-lite-\w+)/", configuration)[0]
    # Bridge, link, namespace, the host's route and the DHCP server: the route is named by the bridge.
    assert directory.is_dir() and len(on_this_machine([port["network_id"]])) == 4
    client.ask("DELETE", f"/servers/{server}")
    client.wait_gone(server)
    assert on_this_machine([port["network_id"]]) == [] and list((directory / "networks").iterdir()) == []
