"""What a real guest has said on its serial console."""

from __future__ import annotations

import re

import requests

from tests.clients.cloud import Client

PATIENCE = 300.0  # seconds that a guest may take to boot on a machine that does other things too
BOOT = re.compile(r"boot number (\d+) of this disk")
# With what follows the address: a line that is still being written has a part of one.
UP = re.compile(r"GUEST UP uptime=\S+ uuid=(\S+) host=\S+ ip=([0-9.]+)/")


def console(client: Client, server: str) -> str:
    """What it has said; nothing of a guest that has no log yet."""
    last: list[requests.Response] = []

    def answered() -> bool:
        last[:] = [client.act(server, "os-getConsoleOutput", {})]
        return last[0].status_code != requests.codes.unavailable  # on a machine that stood still for ten seconds

    client.wait(answered, lambda: f"the host tells what the guest has said: {last[0].text}", PATIENCE)
    return str(last[0].json()["output"]) if last[0].ok else ""


def found(client: Client, server: str, what: re.Pattern[str]) -> list[tuple[str, ...]]:
    return [match.groups() for match in what.finditer(console(client, server))]


def wait_for(client: Client, server: str, what: re.Pattern[str], count: int) -> tuple[str, ...]:
    """The last of at least ``count`` matches on the console."""
    last: list[tuple[str, ...]] = []

    def there() -> bool:
        last[:] = found(client, server, what)
        return len(last) >= count

    client.wait(there, lambda: f"{what.pattern} {count} times on\n{console(client, server)[-3000:]}", PATIENCE)
    return last[-1]
