"""A slow consumer is sent far more than it takes: neither end grows with what is sent."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.rpc.fabric import settings_of
from tests.integration.rpc.flood_process import SIZE
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
# Messages of 4 KiB that are offered first, to fill the queues, and in each round, of which nothing may be left.
OFFERED = {"zmq-ipc": (2000, 12_000), "zmq-tcp": (2000, 12_000), "kombu-classic": (15_000, 30_000)}
BOUND = 16 << 20  # bytes that an end may grow by in a round: a third of what is offered
HEARTBEAT = 2.0  # seconds: a server that leaves heartbeats unread is connected to anew many times in a round
ROUNDS = 4  # on a busy machine the queues are full after some of them; who keeps what is sent grows in all of them


@contextlib.contextmanager
def started(settings: str, role: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.integration.rpc.flood_process", settings, role]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def resident(process: subprocess.Popen[str]) -> int:
    """Bytes of memory that the process has."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


@pytest.mark.parametrize("transport", OFFERED)
def test_neither_end_grows_with_what_is_sent(tmp_path: Path, transport: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("broker").url if transport == "kombu-classic" else ""
    chosen = dataclasses.replace(
        settings_of(transport, tmp_path, url), identity="flood", prefetch=64, queue_limit=1000,
        heartbeat=5 * PATIENCE if url else HEARTBEAT,  # a broker hangs up on who is late: that is not tried here
        send_timeout=10.0 if url else 0.2,  # a broker refuses at once what its queue has no room for
    )
    settings = json.dumps(dataclasses.asdict(chosen))
    first, more = OFFERED[transport]
    with started(settings, "slow-server") as server, started(settings, "sender") as sender:
        assert server.stdout is not None
        assert sender.stdout is not None
        assert server.stdout.readline() == "ready\n"
        offered, growth = _until(sender, first), [0, 0]
        for _ in range(ROUNDS):
            before = [resident(server), resident(sender)]
            offered = _until(sender, offered + more)
            growth = [resident(end) - was for end, was in zip((server, sender), before, strict=True)]
            print(f"{transport}: {offered * SIZE >> 20} MiB offered; server and sender grew by {growth} bytes")
            if max(growth) < BOUND:
                return
        raise AssertionError(f"one of them keeps what is sent: they grew by {growth} bytes again")


def _until(sender: subprocess.Popen[str], number: int) -> int:
    """Read its reports until it has offered so many messages; how many it has."""
    assert sender.stdout is not None
    for line in sender.stdout:
        offered, _ = line.split()
        if int(offered) >= number:
            return int(offered)
    raise AssertionError("the sender has ended")
