"""What is written to a broker and read from it, with py-amqp as the judge of every frame."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

import amqp
import pytest
from amqp.serialization import dumps
from hypothesis import given
from hypothesis import strategies as some

from nova_lite.core import concurrency
from nova_lite.rpc.drivers.kombu.acks import Acks
from nova_lite.rpc.drivers.kombu.frames import (
    BODY,
    HEADER,
    METHOD,
    Deliveries,
    Delivery,
    Frame,
    Splitter,
    Way,
    ack_frame,
    confirmation,
    content_frames,
    method_frame,
    read_header,
)
from nova_lite.rpc.drivers.kombu.outbox import FULL, Outbox
from tests.patience import PATIENCE

TEXTS = {"message_id": "m1", "reply_to": "amq.x", "correlation_id": "c1", "expiration": "1000"}


def split(data: bytes) -> list[Frame]:
    return list(Splitter().feed(data))


def delivered(tag: int, body: bytes, frame_max: int = 4096) -> bytes:
    """A message as a broker sends it on channel 1."""
    arguments: bytes = dumps("sLbss", ("consumer", tag, True, "exchange", "key"))
    payload = struct.pack(">HH", 60, 60) + arguments
    method = struct.pack(">BHI", METHOD, 1, len(payload)) + payload + b"\xce"
    return method + content_frames(1, frame_max, body, delivery_mode=2, message_id=str(tag))


def test_a_published_message_reads_as_py_amqp_wrote_it() -> None:
    way = Way("nova-lite", "compute.host1", True)
    content = content_frames(3, 4096, b"body", delivery_mode=2, **TEXTS)
    (_, channel, payload), *rest = split(method_frame(3, way) + content)
    assert (channel, payload[:4]) == (3, struct.pack(">HH", 60, 40))
    assert payload[4:] == dumps("Bssbb", (0, way.exchange, way.key, way.mandatory, False))
    judge = amqp.Message()
    judge.inbound_header(rest[0][2])
    judge.inbound_body(rest[1][2])
    assert judge.properties == {"delivery_mode": 2, **TEXTS}
    assert judge.body == b"body"


def test_properties_of_others_are_read_too() -> None:
    foreign = amqp.Message("text", content_type="text/plain", application_headers={"x": 1}, message_id="m2")
    header = struct.pack(">HHQ", 60, 0, 4) + bytes(foreign._serialize_properties())
    size, properties = read_header(header)
    assert (size, properties["message_id"], properties["content_type"]) == (4, "m2", "text/plain")


@given(some.lists(some.binary(max_size=10000), max_size=4), some.data())
def test_messages_are_put_together_however_they_come(bodies: list[bytes], data: some.DataObject) -> None:
    stream = b"".join(delivered(tag, body) for tag, body in enumerate(bodies, 1))
    heard: list[Delivery] = []
    deliveries, splitter, at = Deliveries(heard.append), Splitter(), 0
    while at < len(stream):
        size = data.draw(some.integers(1, 9000))
        for kind, _, payload in splitter.feed(stream[at : at + size]):
            assert deliveries.take(kind, payload)
        at += size
    expected = [Delivery(tag, True, {"message_id": str(tag)}, body) for tag, body in enumerate(bodies, 1)]
    assert heard == expected


def test_what_is_no_delivery_is_left_to_py_amqp() -> None:
    deliveries = Deliveries(lambda delivery: pytest.fail(str(delivery)))
    assert not deliveries.take(METHOD, struct.pack(">HH", 60, 50) + b"a return")
    assert not deliveries.take(HEADER, b"")
    assert not deliveries.take(BODY, b"of a return")


def test_a_stream_that_is_not_amqp_is_noticed() -> None:
    with pytest.raises(amqp.exceptions.UnexpectedFrame):
        split(struct.pack(">BHI", 1, 1, 2) + b"xx" + b"\x00")


def test_confirmations_are_told_from_other_frames() -> None:
    (kind, _, payload), = split(ack_frame(1, 7, True))
    assert confirmation(kind, payload) == (7, True, True)
    assert confirmation(METHOD, struct.pack(">HHQB", 60, 120, 8, 0)) == (8, False, False)
    assert confirmation(METHOD, struct.pack(">HH", 20, 40)) is None
    assert confirmation(8, b"") is None


class Broker:
    """Knows what was delivered on a channel, and fails as RabbitMQ does when it is told of anything else."""

    def __init__(self, deliveries: int) -> None:
        self.unknown = set(range(1, deliveries + 1))
        self.rejected: set[int] = set()

    def told(self, data: bytes) -> int:
        frames = split(data)
        for _, _, payload in frames:
            _, method, tag, bits = struct.unpack(">HHQB", payload)
            assert tag in self.unknown, f"delivery {tag} is not there any more"
            tags = {one for one in self.unknown if one <= tag} if method == 80 and bits else {tag}
            if method == 90:
                self.rejected |= tags
            self.unknown -= tags
        return len(frames)


def test_what_ended_in_order_is_acknowledged_in_one_frame() -> None:
    asked: list[Callable[[], bytes]] = []
    acks, broker = Acks(1, asked.append), Broker(20)
    for tag in range(20, 0, -1):
        acks.done(tag)
    assert [broker.told(ask()) for ask in asked] == [1]
    assert broker.unknown == set()


@given(some.permutations(range(1, 13)), some.sets(some.integers(1, 12)), some.sets(some.integers(0, 11)))
def test_the_broker_hears_of_every_end_once(order: list[int], rejected: set[int], writes: set[int]) -> None:
    asked: list[Callable[[], bytes]] = []
    acks, broker = Acks(1, asked.append), Broker(12)
    for number, tag in enumerate(order):
        (acks.reject if tag in rejected else acks.done)(tag)
        if number in writes:
            ended = set(order[: number + 1])
            broker.told(asked.pop()())
            assert broker.unknown == set(range(1, 13)) - ended
    for ask in asked:
        broker.told(ask())
    assert broker.unknown == set()
    assert broker.rejected == rejected


class Transport:
    """Where an outbox writes to; ``open`` lets it, ``entered`` tells that it has begun to."""

    def __init__(self) -> None:
        self.open, self.written = concurrency.event(), concurrency.queue()
        self.entered = concurrency.event()
        self.broken = False

    def write(self, data: bytes) -> None:
        self.entered.set()
        self.open.wait(PATIENCE)
        if self.broken:
            raise OSError("broken pipe")
        self.written.put(data)


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport()
    yield made
    made.open.set()


def test_what_waits_goes_out_in_one_write_and_in_order(transport: Transport) -> None:
    outbox = Outbox(transport, pytest.fail)
    outbox.post(b"first ")
    outbox.remind(lambda: b"acks ")
    transport.open.set()
    outbox.write(memoryview(b"last"))
    text = b""
    while b"last" not in text or b"acks" not in text:
        text += transport.written.get(PATIENCE)
    assert text.index(b"first") < text.index(b"last")
    outbox.close()
    with pytest.raises(OSError, match="closed"):
        outbox.post(b"more")


def test_a_connection_that_takes_nothing_makes_senders_wait(transport: Transport) -> None:
    outbox = Outbox(transport, pytest.fail)
    assert outbox.room(0.01)
    outbox.post(b"x")
    assert transport.entered.wait(PATIENCE)
    outbox.post(bytes(FULL))
    outbox.post(bytes(FULL))
    assert not outbox.room(0.05)
    transport.open.set()
    assert outbox.room(PATIENCE)
    outbox.close()


def test_a_broken_connection_is_told_of_once(transport: Transport) -> None:
    told = concurrency.queue()
    outbox = Outbox(transport, lambda: told.put(None))
    transport.broken = True
    transport.open.set()
    outbox.post(b"x")
    told.get(PATIENCE)
    with pytest.raises(OSError, match="closed"):
        outbox.post(b"y")
    assert outbox.room(0)
