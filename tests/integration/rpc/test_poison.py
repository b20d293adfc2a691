"""A cast that kills whoever executes it is set aside after a few deaths; what was in work beside it is executed."""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import system_context
from stack.servers import RabbitMQ
from tests.contract.rpc.fabric import Fabric, settings_of
from tests.integration.rpc.poisoned_process import DEADLY
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
LIMIT = 2
INNOCENT = range(10, 14)
REFUSED = "event rpc.refused "


class Succession:
    """Processes of one server; when one dies, the next is started, as a service manager does it.

    ``lives``: what each of them has said, up to its death.
    """

    def __init__(self, fabric: Fabric) -> None:
        self._settings = json.dumps({**dataclasses.asdict(fabric.settings), "identity": "poisoned"})
        self.lives: list[list[str]] = [[]]
        self.deaths: list[int] = []
        self._ending = False
        self._process = self._begin()
        self._task = concurrency.spawn(self._run)

    @property
    def heard(self) -> list[str]:
        return [line for life in self.lives for line in life]

    def _begin(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.integration.rpc.poisoned_process", self._settings]
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)

    def _run(self) -> None:
        while True:
            with self._process as process:
                assert process.stdout is not None
                for line in process.stdout:
                    self.lives[-1].append(line.strip())
            if self._ending:
                return
            self.deaths.append(process.returncode)
            self.lives.append([])
            self._process = self._begin()

    def until(self, happened: Callable[[list[str]], bool]) -> None:
        end = time.monotonic() + 3 * PATIENCE
        while not happened(self.heard):
            assert time.monotonic() < end, self.lives
            concurrency.event().wait(0.1)

    def close(self) -> None:
        self._ending = True
        while not self._task.dead:
            self._process.kill()
            concurrency.event().wait(0.1)


@pytest.fixture(params=["kombu-classic", "kombu-quorum"])
def fabric(request: pytest.FixtureRequest, tmp_path: Path, broker: RabbitMQ) -> Iterator[Fabric]:
    made = Fabric(settings_of(request.param, tmp_path, broker.url))
    made.settings = dataclasses.replace(made.settings, journal=str(tmp_path / "begun"), poison_limit=LIMIT)
    yield made
    made.close()


def test_it_is_set_aside_and_nothing_else_is(fabric: Fabric) -> None:
    _, server = fabric.office()
    post, _ = fabric.posts(timeout=PATIENCE)
    server.stop()  # its queue stays
    for number in (*INNOCENT[:2], *DEADLY, *INNOCENT[2:]):
        post.drop(system_context(), number)
    processes = Succession(fabric)
    try:
        processes.until(lambda lines: len({event["message_id"] for event in _refused(lines)}) == len(DEADLY))
        processes.until(lambda lines: set(INNOCENT) == _ended(lines))
        deaths = list(processes.deaths)
        assert post.who(system_context()) == "survivor"
        assert processes.deaths == deaths
    finally:
        processes.close()
    begun = _begun(processes.heard)
    for number in DEADLY:
        # Before them one death that no broker marks yet, and one that makes suspects of all that was in work.
        assert LIMIT < len(begun[number]) <= LIMIT + 2, processes.lives
    assert {event["message_id"] for event in _refused(processes.heard)} == {begun[number][0] for number in DEADLY}
    assert {(event["reason"], event["method"]) for event in _refused(processes.heard)} == {("poisonous", "drop")}
    assert set(deaths) == {9, -signal.SIGSEGV}
    assert len(deaths) <= (LIMIT + 2) * len(DEADLY)


def _begun(lines: list[str]) -> dict[int, list[str]]:
    """The id of each message by its number, as often as it was begun."""
    begun = collections.defaultdict[int, list[str]](list)
    for line in lines:
        if line.startswith("begun "):
            begun[int(line.split()[1])].append(line.split()[2])
    return begun


def _ended(lines: list[str]) -> set[int]:
    return {int(line.split()[1]) for line in lines if line.startswith("ended ")}


def _refused(lines: list[str]) -> list[dict[str, Any]]:
    """What the events of refusals say."""
    return [json.loads(line.removeprefix(REFUSED)) for line in lines if line.startswith(REFUSED)]
