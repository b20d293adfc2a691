"""Guests on networks: what the network service says of them, and what this machine has of their networks."""

from __future__ import annotations

import base64
import os
import subprocess
from typing import Any

import psutil

from tests.clients.cloud import Client
from tests.e2e.serial_console import PATIENCE


def boot(client: Client, image: str, small: str, name: str, script: str = "") -> str:
    more = {"user_data": base64.b64encode(script.encode()).decode()} if script else {}
    server = client.boot(image, name, small, config_drive=True, **more)
    client.wait_status(server, "ACTIVE", PATIENCE)
    return server


def network(client: Client, path: str, body: Any = None) -> Any:
    """Of the network service: what is there, or what is made of a body."""
    method, url = "POST" if body else "GET", f"{client.url}/network/v2.0{path}"
    answer = client.session.request(method, url, json=body, timeout=30)
    assert answer.ok, answer.text
    return answer.json()


def ports(client: Client, server: str) -> list[Any]:
    found: list[Any] = network(client, f"/ports?device_id={server}")["ports"]
    return found


def on_this_machine(networks: list[str]) -> list[str]:
    """What the machine has of networks: links, namespaces, routes by their link, DHCP servers."""
    names = {f"{prefix}{network[:11]}" for network in networks for prefix in ("brq", "nlv", "nlns")}
    routes = subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout.split()
    servers = [text for process in psutil.process_iter(["cmdline"]) for text in process.info["cmdline"] or []
               if any(f"/{network}/dnsmasq.conf" in text for network in networks)]
    return sorted((names & {*os.listdir("/sys/class/net"), *os.listdir("/run/netns"), *routes}) | set(servers))
