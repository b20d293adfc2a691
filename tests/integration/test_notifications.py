"""Notifications over a real RabbitMQ, read by an unmodified listener of oslo.messaging."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.environment import interpreter
from nova_lite.core.errors import Unavailable
from nova_lite.notifications.drivers.messaging import MessagingDriver
from nova_lite.notifications.notification import Notification
from nova_lite.notifications.operations import of_operation
from nova_lite.objects.states import OperationState
from nova_lite.rpc.drivers.kombu.outlet import Outlet
from stack.servers import RabbitMQ
from tests.builders.guests import NOW, an_instance
from tests.builders.notifications import a_notification
from tests.builders.operations import an_operation

LISTENER = Path(__file__).with_name("notifications_listener.py")
QUEUES = ("notifications.info", "notifications.error")


@pytest.fixture(scope="module", autouse=True)
def python() -> Path:
    """Has oslo.messaging. Made before anything is sent: on a fresh machine that takes longer than messages live."""
    return interpreter()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    with RabbitMQ(tmp_path_factory.mktemp("rabbit")) as server:
        yield server


@pytest.fixture
def url(broker: RabbitMQ, request: pytest.FixtureRequest) -> str:
    return broker.create_vhost(request.node.name)


def driver(url: str, *, durable: bool = True, timeout: float = 120.0) -> MessagingDriver:
    return MessagingDriver(Outlet(url, "nova", QUEUES, durable=durable, ttl=600.0, timeout=timeout), "notifications")


def heard(url: str, count: int) -> list[dict[str, Any]]:
    """What the listener hears, when it comes after everything was sent, until these were so many different ones."""
    command = [str(interpreter()), "-W", "ignore", str(LISTENER), url, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            found, complaints = process.communicate(timeout=300)
        finally:
            process.kill()
    lines = found.splitlines()
    assert lines[:1] == ["ready"], complaints
    return [json.loads(line) for line in lines[1:]]


def boot() -> list[Notification]:
    instance = an_instance()
    operation = an_operation(instance)
    failed = an_operation(instance, id=operation.id, state=OperationState.FAILED, message="no", finished_at=NOW + 1)
    return [
        of_operation(operation, instance, "start", "conductor.h1"),
        of_operation(failed, instance, "end", "conductor.h1"),
    ]


def test_a_listener_of_oslo_messaging_reads_what_waited_for_it(url: str) -> None:
    ours = driver(url)
    start, error = boot()
    ours.publish([start, error])
    ours.close()
    found = {each["event_type"]: each for each in heard(url, 2)}
    info, failed = found["instance.create.start"], found["instance.create.error"]
    assert (info["queue"], failed["queue"]) == ("info", "error")
    assert info["publisher_id"] == "conductor.h1"
    assert info["context"].items() >= start.context.items()
    assert info["metadata"]["message_id"] == start.message_id
    assert info["payload"]["instance"]["flavor"]["memory_mb"] > 0
    assert failed["payload"]["operation"]["message"] == "no"


def publish(ours: MessagingDriver, *notifications: Notification) -> None:
    """Until the broker has them; each attempt waits for a connection, and for the broker's word."""
    while True:
        try:
            return ours.publish(notifications)
        except Unavailable:
            continue


def test_a_broker_that_restarts_is_found_again_and_loses_nothing(broker: RabbitMQ, url: str) -> None:
    ours = driver(url, timeout=3.0)
    publish(ours, a_notification(1))
    broker.kill()
    with pytest.raises(Unavailable):
        ours.publish([a_notification(2)])
    broker.start()
    publish(ours, a_notification(3), a_notification(4))
    ours.close()
    assert {each["metadata"]["message_id"] for each in heard(url, 3)} == {"id-1", "id-3", "id-4"}


def test_queues_that_others_have_declared_otherwise_are_said_and_not_waited_for(url: str) -> None:
    first = driver(url, durable=False)
    first.publish([a_notification(1)])
    second = driver(url, timeout=600.0)
    for _ in range(2):
        with pytest.raises(Unavailable, match="refuses the queues of notifications"):
            second.publish([a_notification(2)])
    first.close()
    second.close()
