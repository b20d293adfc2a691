"""The network fails in the middle of traffic: connections are cut, or stay open and carry nothing."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import system_context
from nova_lite.core.errors import NovaLiteError
from nova_lite.rpc import Bus
from nova_lite.rpc.errors import CallTimeout, NotConfirmed, PeerLost, Unroutable
from stack.servers import RabbitMQ, free_port
from tests.contract.rpc.contracts import Office, Parcel, Post
from tests.contract.rpc.fabric import Fabric, eventually, holding, settings_of
from tests.integration.rpc.tcp_proxy import TcpProxy
from tests.patience import PATIENCE

HEARTBEAT = 2.0
CASTS = 1500
SENDERS = 10
LOST = (NotConfirmed, Unroutable, PeerLost, CallTimeout)
Harm = Callable[[TcpProxy], None]


class Scene:
    """An office and a client, and the network between them."""

    def __init__(self, fabric: Fabric, proxy: TcpProxy, office: Office, bus: Bus) -> None:
        self.fabric, self.proxy, self.office = fabric, proxy, office
        self.client, self.patient = bus.proxy(Post, timeout=8.0), bus.proxy(Post)


@pytest.fixture(params=["zmq-tcp", "kombu-classic"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    made = over_zmq(tmp_path) if request.param == "zmq-tcp" else over_rabbit(request.getfixturevalue("broker"))
    yield made
    made.office.gate.set()
    made.fabric.close()
    made.proxy.__exit__(None, None, None)


def over_zmq(directory: Path, **changes: Any) -> Scene:
    """An office and a client over zmq, the proxy between them."""
    port = free_port()
    proxy = TcpProxy(port)
    rings = {}
    for name, at in (("server", port), ("client", proxy.port)):
        rings[name] = directory / f"{name}.json"
        rings[name].write_text(json.dumps({"post": [f"tcp://127.0.0.1:{at}"]}))
    changes = {"zmq_ipc_dir": "", "heartbeat": HEARTBEAT, **changes}
    fabric = Fabric(dataclasses.replace(settings_of("zmq-ipc", directory, ""), **changes))
    office, _ = fabric.office(zmq_ring=str(rings["server"]))
    return Scene(fabric, proxy, office, fabric.bus(zmq_ring=str(rings["client"])))


def over_rabbit(broker: RabbitMQ, **changes: Any) -> Scene:
    """An office and a client of one broker, the proxy before it."""
    proxy = TcpProxy(broker.port)
    url = broker.url.replace(f":{broker.port}/", f":{proxy.port}/")
    settings = settings_of("kombu-classic", Path(), url)
    fabric = Fabric(dataclasses.replace(settings, **{"heartbeat": HEARTBEAT, **changes}))
    office, _ = fabric.office()
    return Scene(fabric, proxy, office, fabric.bus())


@pytest.fixture(params=[TcpProxy.cut, TcpProxy.silence], ids=["cut", "half-open"])
def harm(request: pytest.FixtureRequest) -> Harm:
    chosen: Harm = request.param
    return chosen


def test_a_waiting_call_ends_and_later_ones_work(scene: Scene, harm: Harm) -> None:
    waiting = holding(scene.office, lambda: scene.client.hold(system_context()))
    harm(scene.proxy)
    with pytest.raises((PeerLost, CallTimeout)):
        waiting.wait(PATIENCE)
    scene.office.gate.set()
    assert eventually(lambda: scene.client.who(system_context()), NovaLiteError) == "office"


def test_lost_packets_are_noticed_before_a_heartbeat_is_missed(broker: RabbitMQ) -> None:
    """By both ends of a call: who waits is told, and the server listens anew. Two missed heartbeats would take 60 s."""
    scene = over_rabbit(broker, heartbeat=30.0)
    client = scene.fabric.bus().proxy(Post, timeout=50.0)
    waiting = concurrency.spawn(client.hold, system_context())
    scene.office.entered.get(PATIENCE)
    with scene.proxy.packets_lost():
        with pytest.raises(PeerLost):
            waiting.wait(2 * PATIENCE)
        scene.office.gate.set()
    # What was sent to a server that had not noticed yet is lost with its connection: who asks again is answered.
    again = scene.fabric.bus().proxy(Post, timeout=3.0)
    assert eventually(lambda: again.who(system_context()), NovaLiteError) == "office"
    scene.fabric.close()
    scene.proxy.__exit__(None, None, None)


def test_no_answer_reaches_a_wrong_caller(scene: Scene, harm: Harm) -> None:
    wrong: list[tuple[int, int]] = []
    answered = 0
    ended = concurrency.event()

    def ask(number: int) -> None:
        nonlocal answered
        while not ended.is_set():
            try:
                weight = scene.client.weigh(system_context(), Parcel(name="x", weight=number), 3).weight
            except LOST:
                continue
            answered += 1
            number += SENDERS
            if weight != 3 * (number - SENDERS):
                wrong.append((number, weight))

    tasks = [concurrency.spawn(ask, number) for number in range(SENDERS)]
    for _ in range(2):
        goal = answered + 200
        _until(lambda goal=goal: answered > goal)  # type: ignore[misc]
        harm(scene.proxy)
    goal = answered + 200
    _until(lambda: answered > goal)
    ended.set()
    for task in tasks:
        task.wait(PATIENCE)
    assert wrong == []


def test_every_cast_is_executed_or_reported(scene: Scene, harm: Harm) -> None:
    confirmed: set[int] = set()

    def send(start: int) -> None:
        for number in range(start, CASTS, SENDERS):
            try:
                scene.client.drop(system_context(), number)
                confirmed.add(number)
            except LOST:
                continue

    tasks = [concurrency.spawn(send, start) for start in range(SENDERS)]
    _until(lambda: len(confirmed) > CASTS // 3)
    harm(scene.proxy)
    for task in tasks:
        task.wait(5 * PATIENCE)
    missing = set(confirmed)
    while missing:
        missing.discard(scene.office.heard.get(PATIENCE)[1])


def test_what_comes_again_is_not_begun_again(broker: RabbitMQ, caplog: pytest.LogCaptureFixture) -> None:
    """The broker takes back what it had given to a connection that was cut, and gives it to the same process."""
    caplog.set_level("INFO")
    scene = over_rabbit(broker, heartbeat=PATIENCE)
    called = concurrency.spawn(scene.patient.hold, system_context())
    scene.client.hold_cast(system_context(), 1)
    assert {scene.office.entered.get(PATIENCE) for _ in range(2)} == {"hold", "hold_cast"}
    scene.proxy.cut()
    _until(lambda: "came again" in caplog.text)
    with pytest.raises(PeerLost):
        called.wait(PATIENCE)
    scene.office.gate.set()
    assert scene.office.heard.get(PATIENCE) == ("hold_cast", 1)
    assert eventually(lambda: scene.client.who(system_context()), NovaLiteError) == "office"
    assert (scene.office.entered.qsize(), scene.office.heard.get(PATIENCE)) == (0, ("who", 0))
    scene.fabric.close()
    scene.proxy.__exit__(None, None, None)


def _until(condition: Callable[[], bool]) -> None:
    pause, deadline = concurrency.event(), time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"it has not happened in {PATIENCE:.0f} s"
        pause.wait(0.05)
