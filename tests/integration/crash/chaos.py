"""Chaos: customers and a monkey, both seeded, let loose on one cloud."""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from collections.abc import Callable

from tests.integration.crash.customer import BIG, BIG_MB, PATIENCE, SMALL, Customer, Tally
from tests.integration.crash.monkey import Monkey
from tests.integration.crash.operator import Operator
from tests.integration.crash.scene import Scene

ANSWER = 10.0  # seconds in which an answer that still comes is awaited: connections fall silent
REPORT = 30.0  # seconds between two words about how it goes


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much chaos: it ends after ``seconds``, and not before ``operations`` and ``faults`` are reached, if given."""

    seed: int
    seconds: float
    customers: int = 6
    pause: float = 1.0
    operations: int = 0
    faults: int = 0


def run(scene: Scene, plan: Plan, tell: Callable[[str], None] = lambda _: None) -> Tally:
    """Let it happen to a cloud of three hosts or more: one is dead at times. It ends with every customer's last wish.

    What the checker finds then is among the complaints. ``tell`` hears complaints at once, and how it goes.
    """
    started, ended = time.monotonic(), threading.Event()
    tally = Tally(hear=lambda text: tell(f"{time.monotonic() - started:6.0f} s  {text}"))
    image, operator = scene.upload(), Operator(scene.cloud)
    for name, size in BIG_MB.items():
        flavor = {"id": name, "name": name, "vcpus": 1, "ram": size, "disk": 1}
        scene.cloud.client.ask("POST", "/flavors", {"flavor": flavor})

    def serve(number: int) -> None:
        client = scene.cloud.another_client(ANSWER)
        try:
            sizes = SMALL if number else BIG
            Customer(client, image, random.Random(f"{plan.seed}/{number}"), tally, operator, sizes).run(ended.is_set)
        except Exception as error:  # noqa: BLE001 - a complaint like any other, of which a thread must not die
            tally.complain("stuck", f"customer {number}: {error!r}")
        finally:
            client.close()

    threads = [threading.Thread(target=serve, args=(number,)) for number in range(plan.customers)]
    for thread in threads:
        thread.start()
    monkey, said = Monkey(scene, random.Random(plan.seed), tally, ended.wait, operator), started
    try:
        while (
            time.monotonic() - started < plan.seconds or tally.operations < plan.operations
            or sum(tally.faults.values()) < plan.faults
        ) and any(thread.is_alive() for thread in threads):
            monkey.strike()
            ended.wait(plan.pause)
            if time.monotonic() - said > REPORT:
                said = time.monotonic()
                tell(f"{said - started:6.0f} s  {_state(tally)}")
    finally:
        ended.set()
    for thread in threads:
        thread.join()
    for wrong in scene.findings(tally.servers, PATIENCE):
        tally.complain(*wrong)
    tally.told = len(scene.told.events())
    return tally


def _state(tally: Tally) -> str:
    faults = sum(tally.faults.values())
    return f"{tally.operations} operations, {faults} faults, {len(tally.complaints)} complaints"
