"""The life of a server: setup, start, stop, kill, wait."""

from __future__ import annotations

import time

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.rpc.errors import CallTimeout, ContractError, PeerLost, QueueMismatch, Unroutable
from tests.contract.rpc.contracts import Office, Post
from tests.contract.rpc.fabric import Fabric, eventually, holding
from tests.patience import PATIENCE


def test_what_is_sent_before_the_start_is_done_after_it(fabric: Fabric, context: RequestContext) -> None:
    server = fabric.bus("early").server()
    server.serve(Post, Office("early"))
    server.setup()
    asked = concurrency.spawn(fabric.bus().proxy(Post).who, context)
    with pytest.raises(TimeoutError):
        asked.wait(0.2)
    server.start()
    assert asked.wait(PATIENCE) == "early"
    server.kill()


def test_stopping_finishes_what_was_taken(fabric: Fabric, context: RequestContext) -> None:
    office, server = fabric.office()
    asked = concurrency.spawn(fabric.bus().proxy(Post).hold, context)
    office.entered.get(PATIENCE)
    stopping = concurrency.spawn(server.stop, PATIENCE)
    with pytest.raises(TimeoutError):
        stopping.wait(0.2)
    office.gate.set()
    assert asked.wait(PATIENCE) == "office"
    assert stopping.wait(PATIENCE) is True
    server.wait()


def test_stopping_does_not_wait_for_ever(fabric: Fabric, context: RequestContext) -> None:
    office, server = fabric.office()
    fabric.bus().proxy(Post).hold_cast(context, 1)
    office.entered.get(PATIENCE)
    assert server.stop(0.2) is False
    office.gate.set()


def test_others_take_over_from_a_server_that_stops(fabric: Fabric, context: RequestContext) -> None:
    leaving, server = fabric.office()
    fabric.office()
    post = fabric.bus().proxy(Post)
    post.who(context)

    def ask() -> int:
        return sum(post.who(context) == "office" for _ in range(100))

    askers = [concurrency.spawn(ask) for _ in range(4)]
    leaving.heard.get(PATIENCE)
    assert server.stop(PATIENCE) is True
    assert [asker.wait(2 * PATIENCE) for asker in askers] == [100] * 4


@pytest.mark.transports("local", "zmq")
def test_what_waits_for_room_goes_to_another_when_its_server_stops(fabric: Fabric, context: RequestContext) -> None:
    office, server = fabric.office(workers=1, prefetch=1)
    bus = fabric.bus()
    post = bus.proxy(Post)
    held = holding(office, lambda: post.hold(context))
    waiting = [concurrency.spawn(post.who, context) for _ in range(5)]
    with pytest.raises(TimeoutError):
        waiting[-1].wait(0.2)
    fabric.office("h1")
    eventually(lambda: bus.ping("post", "h1"), Unroutable)  # over tcp it is found at the next attempt to connect
    stopping = concurrency.spawn(server.stop, PATIENCE)
    assert [each.wait(PATIENCE) for each in waiting] == ["h1"] * 5
    office.gate.set()
    assert held.wait(PATIENCE) == "office"
    assert stopping.wait(PATIENCE) is True


def test_nobody_is_reached_after_the_last_server_stopped(fabric: Fabric, context: RequestContext) -> None:
    _, server = fabric.office()
    patient, hurried = fabric.posts(timeout=2.0)
    assert patient.who(context) == "office"
    server.stop(PATIENCE)
    if fabric.transport == "kombu":
        with pytest.raises(CallTimeout):
            hurried.who(context)  # a broker keeps the queue for a server that comes back
    else:
        with pytest.raises(Unroutable):
            patient.who(context)


def test_a_call_does_not_outlive_its_server_for_long(fabric: Fabric, context: RequestContext) -> None:
    office, server = fabric.office()
    patient, hurried = fabric.posts(timeout=4.0)
    post = hurried if fabric.transport == "kombu" else patient  # there it is told by nobody
    asked = holding(office, lambda: post.hold(context))
    server.kill()
    with pytest.raises((PeerLost, CallTimeout)):
        asked.wait(PATIENCE)
    office.gate.set()


def test_an_endpoint_is_served_before_the_start(fabric: Fabric) -> None:
    _, server = fabric.office()
    with pytest.raises(ContractError, match="before"):
        server.serve(Post, Office(), "h1")


@pytest.mark.transports("kombu")  # the others have no queues that outlive their server
def test_a_server_whose_queue_was_made_in_another_way_ends_and_says_which(
    fabric: Fabric, context: RequestContext
) -> None:
    fabric.office(queue_limit=5)
    began = time.monotonic()
    _, other = fabric.office(queue_limit=6, send_timeout=10 * PATIENCE)
    with pytest.raises(QueueMismatch, match=rf"queue {fabric.settings.namespace}\.post .*x-max-length.*'6'.*'5'"):
        other.wait()
    assert time.monotonic() - began < 2 * PATIENCE, "it waited for what will never be"
    assert fabric.bus().proxy(Post).who(context) == "office"
