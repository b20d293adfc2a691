"""Nothing is lost in silence: the broker is restarted or killed under traffic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import system_context
from nova_lite.rpc.errors import CallTimeout, NotConfirmed, PeerLost, Unroutable
from stack.servers import RabbitMQ
from tests.contract.rpc.contracts import Office, Post
from tests.contract.rpc.fabric import Fabric, eventually, settings_of
from tests.patience import PATIENCE

FEW = 2000
MANY = 20_000 if concurrency.backend() == "threading" else FEW  # the other back end has the same library above it
SENDERS = 20
LOST = (NotConfirmed, Unroutable, PeerLost, CallTimeout)


class Traffic:
    """Casts with running numbers; ``confirmed`` are those whose sender was told that they are safe."""

    def __init__(self, fabric: Fabric, casts: int) -> None:
        self._post = fabric.bus(send_timeout=20.0).proxy(Post)
        self._casts = casts
        self.confirmed: list[int] = []
        self.failed: list[int] = []
        self.half = concurrency.event()

    def send(self, start: int) -> None:
        for number in range(start, self._casts, SENDERS):
            try:
                self._post.drop(system_context(), number)
                self.confirmed.append(number)
            except (NotConfirmed, Unroutable):
                self.failed.append(number)
            if len(self.confirmed) > self._casts // 3:
                self.half.set()


def collect(office: Office, wanted: set[int]) -> set[int]:
    """What the office has executed, once it has all that is wanted or has heard nothing for long."""
    executed: set[int] = set()
    while not wanted <= executed:
        try:
            executed.add(office.heard.get(PATIENCE)[1])
        except concurrency.Empty:
            break
    return executed


def kill_version_2(broker: RabbitMQ) -> None:
    """Of classic queues in RabbitMQ's second format, which docs/rpc.md offers."""
    broker.kill()


@pytest.mark.parametrize(("queue_type", "end", "casts"), [
    ("kombu-classic", RabbitMQ.stop, MANY), ("kombu-classic", RabbitMQ.kill, FEW),
    ("kombu-quorum", RabbitMQ.stop, FEW), ("kombu-quorum", RabbitMQ.kill, FEW), ("kombu-classic", kill_version_2, FEW),
], ids=["classic-stopped", "classic-killed", "quorum-stopped", "quorum-killed", "classic-version-2-killed"])
def test_every_confirmed_cast_is_executed(
    tmp_path: Path, queue_type: str, end: Callable[[RabbitMQ], None], casts: int
) -> None:
    with RabbitMQ(tmp_path / "rabbitmq") as broker:
        fabric = Fabric(settings_of(queue_type, tmp_path, broker.url))
        office, _ = fabric.office()
        if end is RabbitMQ.kill:
            # RabbitMQ 3.10 writes the register of its quorum queues every three minutes, or when it stops: a queue
            # that is younger than that is broken for good after a kill, and says nothing about us.
            broker.stop()
            broker.start()
        if end is kill_version_2:
            broker.ctl("set_policy", "faster", ".*", '{"queue-version": 2}', "--apply-to", "queues")
        asker = fabric.bus().proxy(Post, timeout=5.0)
        assert eventually(lambda: asker.who(system_context()), *LOST) == "office"
        assert office.heard.get(PATIENCE) == ("who", 0)
        traffic = Traffic(fabric, casts)
        senders = [concurrency.spawn(traffic.send, start) for start in range(SENDERS)]
        assert traffic.half.wait(5 * PATIENCE)
        end(broker)
        broker.start()
        for sender in senders:
            sender.wait(10 * PATIENCE)
        assert len(traffic.confirmed) + len(traffic.failed) == casts
        print(f"{casts} casts: {len(traffic.confirmed)} confirmed, {len(traffic.failed)} reported as failed")
        assert set(traffic.confirmed) - collect(office, set(traffic.confirmed)) == set()
        fabric.close()


def test_a_call_in_the_middle_of_a_restart_ends_and_later_ones_work(tmp_path: Path) -> None:
    with RabbitMQ(tmp_path / "rabbitmq") as broker:
        fabric = Fabric(settings_of("kombu-classic", tmp_path, broker.url))
        office, _ = fabric.office()
        bus = fabric.bus(send_timeout=30.0)
        post = bus.proxy(Post, timeout=8.0)
        waiting = concurrency.spawn(bus.proxy(Post).hold, system_context())
        office.entered.get(PATIENCE)
        broker.kill()
        with pytest.raises((PeerLost, CallTimeout)):
            waiting.wait(2 * PATIENCE)
        office.gate.set()
        broker.start()
        assert eventually(lambda: post.who(system_context()), *LOST) == "office"
        fabric.close()

