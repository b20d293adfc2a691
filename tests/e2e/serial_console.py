"""What a real guest has said on its serial console."""

from __future__ import annotations

import re

from tests.clients.cloud import Client

PATIENCE = 300.0  # seconds that a guest may take to boot on a machine that does other things too
BOOT = re.compile(r"boot number (\d+) of this disk")
# With what follows the address: a line that is still being written has a part of one.
UP = re.compile(r"GUEST UP uptime=\S+ uuid=(\S+) host=\S+ ip=([0-9.]+)/")


def console(client: Client, server: str) -> str:
    answer = client.act(server, "os-getConsoleOutput", {})
    return str(answer.json()["output"]) if answer.ok else ""


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
