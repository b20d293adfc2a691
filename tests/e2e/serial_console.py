"""What a real guest has said on its serial console."""

from __future__ import annotations

import re

from tests.clients.cloud import Client

PATIENCE = 150.0  # seconds that a guest may take to boot on a machine that does other things too
BOOT = re.compile(r"boot number (\d+) of this disk")
UP = re.compile(r"GUEST UP uptime=\S+ uuid=(\S+) host=\S+ ip=([0-9.]+)")


def console(client: Client, server: str) -> str:
    answer = client.act(server, "os-getConsoleOutput", {})
    return str(answer.json()["output"]) if answer.ok else ""


def found(client: Client, server: str, what: re.Pattern[str]) -> list[tuple[str, ...]]:
    return [match.groups() for match in what.finditer(console(client, server))]


def wait_for(client: Client, server: str, what: re.Pattern[str], count: int) -> tuple[str, ...]:
    """The last of at least ``count`` matches on the console."""
    client.wait(lambda: len(found(client, server, what)) >= count, f"{what.pattern} {count} times", PATIENCE)
    return found(client, server, what)[-1]
