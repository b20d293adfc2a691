"""Casts, fanouts, routing, back-pressure."""

from __future__ import annotations

import collections

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.rpc.drivers.base import BACKLOG
from nova_lite.rpc.errors import NotConfirmed, Unroutable
from tests.contract.rpc.contracts import Office, Post
from tests.contract.rpc.fabric import Fabric
from tests.patience import PATIENCE


def test_a_cast_is_executed(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office()
    fabric.bus().proxy(Post).drop(context, 7)
    assert office.heard.get(PATIENCE) == ("drop", 7)


def test_casts_of_one_sender_are_taken_in_order(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office(workers=1)
    post = fabric.bus().proxy(Post)
    for number in range(50):
        post.drop(context, number)
    assert [office.heard.get(PATIENCE)[1] for _ in range(50)] == list(range(50))


def test_a_cast_that_nobody_listens_for_fails_at_once(fabric: Fabric, context: RequestContext) -> None:
    fabric.office("h1")
    with pytest.raises(Unroutable):
        fabric.bus().proxy(Post, host="h2").drop(context, 1)


def test_a_failing_cast_is_not_repeated_and_harms_nothing(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office(workers=1)
    post = fabric.bus().proxy(Post)
    post.stumble(context)
    post.drop(context, 1)
    assert office.heard.get(PATIENCE) == ("drop", 1)


def test_a_host_is_reached_by_name_and_a_topic_by_anyone(fabric: Fabric, context: RequestContext) -> None:
    fabric.office("h1")
    fabric.office("h2")
    bus = fabric.bus()
    assert bus.proxy(Post, host="h1").who(context) == "h1"
    assert bus.proxy(Post, host="h2").who(context) == "h2"
    assert bus.proxy(Post).who(context) in ("h1", "h2")


def test_servers_of_a_topic_take_turns(fabric: Fabric, context: RequestContext) -> None:
    offices = [fabric.office()[0] for _ in range(2)]
    post = fabric.bus().proxy(Post)
    while not all(office.heard.qsize() for office in offices):
        post.who(context)  # a broker may not have all its consumers yet
    before = [office.heard.qsize() for office in offices]
    for _ in range(20):
        post.who(context)
    assert [office.heard.qsize() - heard for office, heard in zip(offices, before, strict=True)] == [10, 10]


def test_a_fanout_reaches_every_server_once(fabric: Fabric, context: RequestContext) -> None:
    offices = [fabric.office(host)[0] for host in (None, None, "h1", "h2")]
    bus = fabric.bus()
    bus.proxy(Post).shout(context, 5)
    assert [office.heard.get(PATIENCE) for office in offices] == [("shout", 5)] * 4
    bus.proxy(Post).shout(context, 6)
    assert [office.heard.get(PATIENCE) for office in offices] == [("shout", 6)] * 4


def test_a_fanout_without_listeners_is_no_error(fabric: Fabric, context: RequestContext) -> None:
    fabric.bus().proxy(Post).shout(context, 1)


def test_one_bus_serves_and_calls(fabric: Fabric, context: RequestContext) -> None:
    bus = fabric.bus("both")
    office = Office("both")
    server = bus.server()
    server.serve(Post, office, "h1")
    server.start()
    assert bus.proxy(Post, host="h1").who(context) == "both"
    assert server.stop(PATIENCE)


def test_a_slow_server_holds_its_senders_back(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office(workers=1, prefetch=2, queue_limit=5)
    post = fabric.bus(send_timeout=0.5, queue_limit=5).proxy(Post)
    sent = 0
    with pytest.raises(NotConfirmed):
        for number in range(100):
            post.hold_cast(context, number)
            sent += 1
    assert sent <= 10
    office.gate.set()
    counted = collections.Counter(office.heard.get(PATIENCE) for _ in range(sent))
    assert all(counted[("hold_cast", number)] >= 1 for number in range(sent))


@pytest.mark.transports("local", "zmq")  # a broker has limits of its own
def test_what_is_given_up_does_not_pile_up_before_a_server(fabric: Fabric, context: RequestContext) -> None:
    """It refuses what is too much, and nothing is heard of that again; who waits longer is served in the end."""
    office, _ = fabric.office(workers=1, prefetch=2)
    bus, patient = fabric.bus(send_timeout=0.05), fabric.bus()

    def fill() -> None:
        answer = ""
        while "has no room" not in answer:
            try:
                bus.proxy(Post).hold_cast(context, 0)
            except NotConfirmed as error:
                answer = error.message

    for task in [concurrency.spawn(fill) for _ in range(40)]:
        task.wait(PATIENCE)
    calls = [concurrency.spawn(each.proxy(Post).who, context) for each in (bus, patient)]
    cast = concurrency.spawn(patient.proxy(Post).drop, context, 1)
    office.gate.set()
    assert [call.wait(PATIENCE) for call in calls] == ["office"] * 2
    cast.wait(PATIENCE)
    heard = collections.Counter[str]()
    while heard["drop"] + heard["who"] < 3:
        heard[office.heard.get(PATIENCE)[0]] += 1
    assert BACKLOG // 2 < heard["hold_cast"] <= BACKLOG + 2


def test_a_burst_of_casts_is_executed_to_the_last(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office(workers=4, prefetch=8)
    post = fabric.bus().proxy(Post)

    def burst(start: int) -> None:
        for number in range(start, start + 50):
            post.drop(context, number)

    for task in [concurrency.spawn(burst, start) for start in range(0, 400, 50)]:
        task.wait(2 * PATIENCE)
    assert {office.heard.get(PATIENCE)[1] for _ in range(400)} == set(range(400))
