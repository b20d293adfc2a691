"""A cast that kills whoever executes it does so until it has expired, and no longer."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import system_context
from stack.servers import RabbitMQ
from tests.contract.rpc.contracts import Post
from tests.contract.rpc.fabric import Fabric, settings_of

ROOT = Path(__file__).parents[3]
LIFE = 20.0  # seconds of a message: time enough to kill two processes on a busy machine


class Succession:
    """Processes of one server; when one dies, the next is started, as a service manager does it."""

    def __init__(self, fabric: Fabric) -> None:
        self._settings = json.dumps({**dataclasses.asdict(fabric.settings), "identity": "poisoned"})
        self.heard: list[str] = []
        self.deaths: list[int] = []
        self._ending = False
        self._process = self._begin()
        self._task = concurrency.spawn(self._run)

    def _begin(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.integration.rpc.poisoned_process", self._settings]
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)

    def _run(self) -> None:
        while True:
            with self._process as process:
                assert process.stdout is not None
                for line in process.stdout:
                    self.heard.append(line.strip())
            if self._ending:
                return
            self.deaths.append(process.returncode)
            self._process = self._begin()

    def close(self) -> None:
        self._ending = True
        while not self._task.dead:
            self._process.kill()
            concurrency.event().wait(0.1)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("queue_type", ["kombu-classic", "kombu-quorum"])
def test_it_kills_until_it_expires(tmp_path: Path, broker: RabbitMQ, queue_type: str) -> None:
    fabric = Fabric(settings_of(queue_type, tmp_path, broker.url))
    fabric.settings = dataclasses.replace(fabric.settings, message_ttl=LIFE)
    processes = Succession(fabric)
    try:
        post = fabric.bus(send_timeout=30.0).proxy(Post, timeout=15.0)
        while "ready" not in processes.heard:
            concurrency.event().wait(0.1)
        sent = time.monotonic()
        post.drop(system_context(), 1)
        while "message_expired" not in processes.heard:
            assert time.monotonic() - sent < LIFE + 60.0
            concurrency.event().wait(0.2)
        assert time.monotonic() - sent > LIFE
        deaths = list(processes.deaths)
        assert len(deaths) >= 2, "it was not delivered again"
        assert set(deaths) == {9}
        assert post.who(system_context()) == "survivor"
        assert processes.deaths == deaths
        assert processes.heard.count("message_expired") == 1
    finally:
        processes.close()
        fabric.close()
