"""A server's process is killed: what its callers see, and that nothing of it stays in the way."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Unavailable
from nova_lite.rpc.errors import CallTimeout, PeerLost, Unroutable
from tests.contract.rpc.contracts import Office, Post
from tests.contract.rpc.fabric import Fabric, eventually
from tests.patience import PATIENCE

T = TypeVar("T")
ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.transports("zmq", "kombu")  # a local bus dies with its process


class OfficeProcess:
    """A server that can be killed."""

    def __init__(self, fabric: Fabric) -> None:
        settings = json.dumps({**dataclasses.asdict(fabric.settings), "identity": "process"})
        command = [sys.executable, "-m", "tests.contract.rpc.office_process", settings]
        environment = {**os.environ, "NOVA_LITE_CONCURRENCY": concurrency.backend(), "PYTHONWARNINGS": "ignore"}
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        self.says("ready")

    def says(self, word: str) -> None:
        """Wait until it does."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == f"{word}\n"

    def holding(self, ask: Callable[[], T]) -> concurrency.Task[T]:
        """As :func:`tests.contract.rpc.fabric.holding`: the call is under way, its handler holds."""
        assert self._process.stdout is not None
        while True:
            asked = concurrency.spawn(ask)
            while not asked.dead:
                if concurrency.wait_readable(self._process.stdout.fileno(), 0.2):
                    self.says("hold")
                    return asked

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def office(fabric: Fabric) -> Iterator[Callable[[], OfficeProcess]]:
    made: list[OfficeProcess] = []

    def start() -> OfficeProcess:
        made.append(OfficeProcess(fabric))
        return made[-1]

    yield start
    for process in made:
        process.kill()


def test_a_waiting_caller_learns_of_the_death(
    fabric: Fabric, context: RequestContext, office: Callable[[], OfficeProcess]
) -> None:
    process = office()
    patient, hurried = fabric.posts(timeout=4.0)
    post = hurried if fabric.transport == "kombu" else patient  # there it is told by nobody
    waiting = process.holding(lambda: post.hold(context))
    process.kill()
    with pytest.raises(CallTimeout if fabric.transport == "kombu" else PeerLost):
        waiting.wait(PATIENCE)


def test_a_dead_server_is_not_routed_to(
    fabric: Fabric, context: RequestContext, office: Callable[[], OfficeProcess]
) -> None:
    process = office()
    patient, hurried = fabric.posts(timeout=1.0)
    process.kill()
    if fabric.transport == "zmq":
        with pytest.raises(Unroutable):
            while True:  # over tcp the news of the death may come a moment later than the next call
                with contextlib.suppress(PeerLost):
                    patient.who(context)
    else:
        with pytest.raises((Unroutable, CallTimeout)):
            hurried.who(context)
    if fabric.settings.zmq_ipc_dir:
        assert os.listdir(fabric.settings.zmq_ipc_dir) == []


def test_a_server_that_comes_back_is_found(
    fabric: Fabric, context: RequestContext, office: Callable[[], OfficeProcess]
) -> None:
    bus = fabric.bus()
    process = office()
    assert bus.proxy(Post).who(context) == "process"
    post = bus.proxy(Post, timeout=5.0)
    process.kill()
    office()
    assert eventually(lambda: post.who(context), Unavailable, CallTimeout) == "process"


def test_the_living_take_over(
    fabric: Fabric, context: RequestContext, office: Callable[[], OfficeProcess]
) -> None:
    process = office()
    fabric.office()
    bus = fabric.bus()
    answered = set[str]()
    while answered != {"process", "office"}:  # a broker may not have all its consumers yet
        answered.add(bus.proxy(Post).who(context))
    post = bus.proxy(Post, timeout=5.0)
    process.kill()
    assert [eventually(lambda: post.who(context), Unavailable, CallTimeout) for _ in range(10)] == ["office"] * 10


@pytest.mark.transports("kombu")  # without a broker a cast is executed at most once
def test_a_broker_gives_unfinished_work_to_another(
    fabric: Fabric, context: RequestContext, office: Callable[[], OfficeProcess]
) -> None:
    process = office()
    fabric.bus().proxy(Post).hold_cast(context, 9)
    process.says("hold_cast")
    heir = Office("heir")
    heir.gate.set()
    marks: concurrency.Queue[bool] = concurrency.queue()
    server = fabric.bus("heir").server()
    server.authorise = lambda delivery: marks.put(delivery.redelivered)
    server.serve(Post, heir)
    server.start()
    process.kill()
    assert heir.heard.get(PATIENCE) == ("hold_cast", 9)
    assert marks.get(PATIENCE) is True
    server.kill()

