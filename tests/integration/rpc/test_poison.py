"""A cast that kills whoever executes it does so until it has expired, and no longer."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import system_context
from stack.servers import RabbitMQ
from tests.contract.rpc.fabric import PATIENCE, Fabric, settings_of

ROOT = Path(__file__).parents[3]
LIFE = 5.0  # seconds of a message


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


@pytest.mark.parametrize("queue_type", ["kombu-classic", "kombu-quorum"])
def test_it_kills_until_it_expires(tmp_path: Path, broker: RabbitMQ, queue_type: str) -> None:
    fabric = Fabric(settings_of(queue_type, tmp_path, broker.url))
    fabric.settings = dataclasses.replace(fabric.settings, message_ttl=LIFE)
    pair = [Succession(fabric), Succession(fabric)]  # the second is ready to die when the first has died
    try:
        post = fabric.post()
        _until(lambda: all("ready" in one.heard for one in pair))
        sent = time.monotonic()
        post.drop(system_context(), 1)
        _until(lambda: any("message_expired" in one.heard for one in pair))
        assert time.monotonic() - sent > LIFE
        assert post.who(system_context()) == "survivor"
        _until(lambda: sum(len(one.deaths) for one in pair) >= 2)
        assert {status for one in pair for status in one.deaths} == {9}
        (refuser,) = (one for one in pair if "message_expired" in one.heard)
        assert refuser.heard[-2:] == ["ready", "message_expired"], "who has refused it lives, and hears no more of it"
    finally:
        for one in pair:
            one.close()
        fabric.close()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIFE + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        concurrency.event().wait(0.1)
