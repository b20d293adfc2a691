"""What one client waits for at the API: a boot, a pause, a server, a list; and how many boots a crowd of clients gets.

Over HTTP at a cloud of its own: one API, scheduler, conductor and compute of pretended guests, all idle otherwise.
"""

from __future__ import annotations

import functools
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.report import Row, machine, parser, publish
from tests.builders.guests import qcow2_header
from tests.clients.cloud import Client
from tests.clients.stack import Stack

FILL_PATIENCE = 600.0  # seconds that a thousand boots may take
CLIENTS = 20  # that boot at the same time


def median(function: Callable[[], object], times: int) -> float:
    """The median duration of a call, in milliseconds."""
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        function()
        durations.append((time.perf_counter() - started) * 1000)
    return statistics.median(durations)


def prepare(client: Client, directory: Path) -> str:
    """A cloud without quotas and with an image; its id."""
    client.wait_for_hosts(1)
    path = directory / "image.qcow2"
    path.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
    unlimited = {"instances": -1, "cores": -1, "ram": -1}
    client.ask("PUT", f"/os-quota-sets/{client.project_id}", {"quota_set": unlimited})
    ports = client.session.put(
        f"{client.url}/network/v2.0/quotas/{client.project_id}", json={"quota": {"port": -1}}, timeout=10
    )
    ports.raise_for_status()
    return client.upload(path)


class Watch:
    """Waits for states as fast as the API answers, and says how long it took."""

    def __init__(self, client: Client, image: str) -> None:
        self._client, self._image = client, image

    def boot(self) -> tuple[str, float]:
        """A server that is ACTIVE, and the milliseconds from the request to that."""
        started = time.perf_counter()
        server = self._client.boot(self._image)
        self._until(server, "ACTIVE")
        return server, (time.perf_counter() - started) * 1000

    def act(self, server: str, action: str, status: str) -> float:
        """The milliseconds from the request for an action to its status."""
        started = time.perf_counter()
        self._client.act(server, action)
        self._until(server, status)
        return (time.perf_counter() - started) * 1000

    def _until(self, server: str, status: str) -> None:
        while self._client.show(server)["status"] != status:
            time.sleep(0.002)


def changes(client: Client, image: str, rounds: int) -> list[Row]:
    """Boots and pauses, one after the other."""
    watch = Watch(client, image)
    booted = [watch.boot() for _ in range(rounds)]
    paused = [watch.act(server, "pause", "PAUSED") for server, _ in booted]
    answered = median(lambda: client.boot(image), rounds)
    return [
        Row(name="boot: POST answered", value=answered, unit="ms", target=12.0),
        Row(name="boot: ACTIVE seen", value=statistics.median(ms for _, ms in booted), unit="ms", target=60.0),
        Row(name="pause: PAUSED seen", value=statistics.median(paused), unit="ms", target=30.0),
    ]


def crowds(client: Client, image: str, each: int) -> list[Row]:
    """Boots of many clients at once: servers a second, from the first request until none is being built."""
    kinds = {"with a port each": "auto", "without ports": "none"}
    return [
        Row(name=f"boots by {CLIENTS} clients, {kind}", value=CLIENTS * each / _crowd(client, image, each, networks),
            unit="/s", target=100.0, better="higher")
        for kind, networks in kinds.items() if each
    ]


def _crowd(client: Client, image: str, each: int, networks: str) -> float:
    server = {"name": "crowd", "imageRef": image, "flavorRef": "42", "networks": networks}
    body = json.dumps({"server": server})
    headers = {name: str(value) for name, value in client.session.headers.items()}
    headers["Content-Type"] = "application/json"

    def boot(count: int) -> None:
        link = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=60)
        for _ in range(count):
            link.request("POST", "/compute/v2.1/servers", body, headers)
            answer = link.getresponse()
            assert answer.status == 202, answer.read()
            answer.read()
        link.close()

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(boot, [each] * CLIENTS))
    client.wait(lambda: not client.ask("GET", "/servers?status=BUILD&limit=1")["servers"], "all built", FILL_PATIENCE)
    return time.perf_counter() - started


def reads(client: Client, image: str, servers: int) -> list[Row]:
    """One server and lists, in a project of so many."""
    fill(client, image, servers)
    one = client.ask("GET", "/servers?limit=1")["servers"][0]["id"]
    shown = median(lambda: client.show(one), 200)
    rows = [Row(name=f"show one of {servers}", value=shown, unit="ms", target=5.0)]
    for count, target, times in ((100, 20.0, 30), (1000, 150.0, 10)):
        if count <= servers:
            value = median(functools.partial(client.ask, "GET", f"/servers/detail?limit={count}"), times)
            rows.append(Row(name=f"list {count} of {servers} with details", value=value, unit="ms", target=target))
    return rows


def fill(client: Client, image: str, servers: int) -> None:
    """Boot until the project has that many servers, and until none of them is being built."""
    there = len(client.ask("GET", "/servers?limit=1000")["servers"])
    while there < servers:
        count = min(100, servers - there)
        client.boot(image, name="crowd", min_count=count)
        there += count
    client.wait(lambda: not client.ask("GET", "/servers?status=BUILD&limit=1")["servers"], "all built", FILL_PATIENCE)


def main() -> int:
    """Measure and print; 0 when it ran whole."""
    options = parser("api", __doc__ or "")
    options.add_argument("--rounds", type=int, default=50, help="boots and pauses (default: 50)")
    options.add_argument(
        "--servers", type=int, default=1000, help="servers in the project when it is read (default: 1000)"
    )
    options.add_argument(
        "--each", type=int, default=20, help=f"boots of each of {CLIENTS} clients (default: 20; 0: none)"
    )
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="nova-lite-api-") as directory:
        path = Path(directory)
        with Stack(path / "state", "--hypervisor", "fake", "--no-demo") as stack:
            client = stack.client()
            image = prepare(client, path)
            rows = changes(client, image, arguments.rounds) + crowds(client, image, arguments.each)
            rows += reads(client, image, arguments.servers)
            client.close()
    conditions = machine() | {
        "client": "python-requests on the same machine, one request at a time", "rounds": str(arguments.rounds),
    }
    publish(conditions, rows, arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
