"""N and N-1 side by side in real processes: servers are upgraded and rolled back one by one, and no call fails."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nova_lite.core.ids import new_hex
from nova_lite.rpc.signing import generate
from stack.servers import RabbitMQ
from tests.contract.rpc.fabric import settings_of
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
OLD, NEW = {"post": {"desk": "1.0"}}, {"post": {"desk": "1.1"}}


class Cloud:
    """Its processes by name; what ended ones said is in ``served`` and ``asked``."""

    def __init__(self, transport: str, directory: Path, broker_url: str) -> None:
        self._settings = dataclasses.replace(
            settings_of(transport, directory, broker_url), key_dir=str(directory / "keys")
        )
        self._directory, self._levels = directory, directory / "levels.json"
        self._running: dict[str, subprocess.Popen[str]] = {}
        self.served: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.running(OLD)

    def running(self, lowest: dict[str, dict[str, str]]) -> None:
        """What the registry says from now on."""
        fresh = self._levels.with_suffix(".new")
        fresh.write_text(json.dumps(lowest))
        fresh.rename(self._levels)

    def start(self, name: str, role: str) -> None:
        generate(self._directory / "keys", name)
        settings = json.dumps({**dataclasses.asdict(self._settings), "identity": name})
        command = [sys.executable, "-m", "tests.integration.rpc.desk_process", settings, role, str(self._levels)]
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        self._running[name] = process
        assert process.stdout is not None
        assert process.stdout.readline()

    def stop(self, name: str) -> None:
        process = self._running.pop(name)
        process.terminate()
        said = process.communicate(timeout=2 * PATIENCE)[0].splitlines()
        assert process.returncode == 0
        done = json.loads(said[-1])
        (self.served if "heard" in done else self.asked).append(done)

    def work(self, *clients: str) -> None:
        """Wait until each of them has made at least twenty calls more."""
        for name in clients:
            stream = self._running[name].stdout
            assert stream is not None
            for _ in range(3):
                assert stream.readline()

    def kill(self) -> None:
        for process in self._running.values():
            process.kill()
            process.communicate()


@pytest.fixture(params=["zmq-ipc", "kombu-quorum"])
def cloud(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cloud]:
    made = None
    if request.param == "zmq-ipc":
        made = Cloud(request.param, tmp_path, "")
        yield made
        made.kill()
        return
    with RabbitMQ(tmp_path / new_hex()) as broker:
        made = Cloud(request.param, tmp_path, broker.url)
        yield made
        made.kill()


def test_services_roll_forward_and_back_and_no_call_fails(cloud: Cloud) -> None:
    for name in ("s1", "s2"):
        cloud.start(name, "old-server")
    cloud.start("c1", "old-client")
    cloud.start("c2", "new-client")
    both = ("c1", "c2")
    cloud.work(*both)
    for name in ("s1", "s2"):  # forward: each server is replaced while the other serves
        cloud.start(f"{name}-new", "new-server")
        cloud.stop(name)
        cloud.work(*both)
    cloud.running(NEW)
    cloud.work(*both)
    cloud.stop("c1")  # the client goes forward, and back
    cloud.start("c3", "new-client")
    cloud.work("c2", "c3")
    cloud.stop("c2")
    cloud.start("c4", "old-client")
    both = ("c3", "c4")
    cloud.running(OLD)  # what a service that starts says before it takes anything
    for name in ("s1", "s2"):  # and back
        cloud.work(*both)
        cloud.start(f"{name}-back", "old-server")
        cloud.stop(f"{name}-new")
    cloud.work(*both)
    for name in (*both, "s1-back", "s2-back"):
        cloud.stop(name)
    assert [done["failed"] for done in cloud.asked] == [[]] * 4
    assert [done["refused"] for done in cloud.served] == [[]] * 6
    assert {answer for done in cloud.asked for answer in done["answers"]} == {"old a", "new a white False"}
    sent = [name for done in cloud.asked for name in done["sent"]]
    heard = [name for done in cloud.served for name in done["heard"]]
    assert sorted(set(heard)) == sorted(set(sent))
    assert len(sent) >= 200
