"""RabbitMQ of stack.servers: used through kombu, restarted, gone together with its port mapper."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

import pytest
from kombu.connection import Connection

from stack.servers import RabbitMQ
from tests.integration.stack.leftovers import refuses, remains

PATIENCE = 60.0  # seconds for a message, which takes milliseconds


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    """One running broker for this file: its start costs seconds."""
    with RabbitMQ(tmp_path_factory.mktemp("rabbit") / "node") as server:
        yield server


class Message(Protocol):
    """What the tests use of a kombu message."""

    payload: str

    def ack(self) -> None: ...


class Queue(Protocol):
    """What the tests use of kombu's simple queue."""

    def put(self, text: str) -> None: ...

    def get(self, timeout: float) -> Message: ...


@contextmanager
def queue(url: str, name: str) -> Iterator[Queue]:
    """A durable queue of kombu's simple interface; put() returns when the broker has the message on disk."""
    options = {"confirm_publish": True}
    with (
        Connection(url, transport_options=options) as connection,  # type: ignore[no-untyped-call]
        connection.SimpleQueue(name) as opened,
    ):
        yield cast(Queue, opened)


def echo(url: str) -> str:
    """Send a message through a queue and take it out again."""
    text = uuid.uuid4().hex
    with queue(url, f"q-{text}") as opened:
        opened.put(text)
        message = opened.get(timeout=PATIENCE)
        message.ack()
        return "same" if message.payload == text else "other"


def test_carries_a_message(broker: RabbitMQ) -> None:
    """kombu, by the URL alone."""
    assert echo(broker.url) == "same"


def test_makes_virtual_hosts(broker: RabbitMQ) -> None:
    """A new virtual host is usable by its URL."""
    assert echo(broker.create_vhost("other")) == "same"


def test_keeps_durable_messages_over_a_crash_and_leaves_nothing(tmp_path: Path) -> None:
    """kill -9 takes the whole node; the same directory comes up with the message; a stop ends epmd as well."""
    broker = RabbitMQ(tmp_path / "node")
    with broker:
        with queue(broker.url, "kept") as opened:
            opened.put("still here")
        broker.kill()
        assert remains(tmp_path) == []
        broker.start()
        with queue(broker.url, "kept") as opened:
            message = opened.get(timeout=PATIENCE)
            message.ack()
            assert message.payload == "still here"
    assert refuses(broker.port)
    assert remains(tmp_path) == []
