"""The life of a server: setup, start, stop, kill, wait."""

from __future__ import annotations

import time

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.rpc.errors import CallTimeout, ContractError, PeerLost, QueueMismatch, Unroutable
from tests.contract.rpc.contracts import Office, Post
from tests.contract.rpc.fabric import Fabric


def test_what_is_sent_before_the_start_is_done_after_it(fabric: Fabric, context: RequestContext) -> None:
    server = fabric.bus("early").server()
    server.serve(Post, Office("early"))
    server.setup()
    asked = concurrency.spawn(fabric.bus().proxy(Post).who, context)
    with pytest.raises(TimeoutError):
        asked.wait(0.2)
    server.start()
    assert asked.wait(10) == "early"
    server.kill()


def test_stopping_finishes_what_was_taken(fabric: Fabric, context: RequestContext) -> None:
    office, server = fabric.office()
    asked = concurrency.spawn(fabric.bus().proxy(Post).hold, context)
    office.entered.get(10)
    stopping = concurrency.spawn(server.stop, 10)
    with pytest.raises(TimeoutError):
        stopping.wait(0.2)
    office.gate.set()
    assert asked.wait(10) == "office"
    assert stopping.wait(10) is True
    server.wait()


def test_stopping_does_not_wait_for_ever(fabric: Fabric, context: RequestContext) -> None:
    office, server = fabric.office()
    fabric.bus().proxy(Post).hold_cast(context, 1)
    office.entered.get(10)
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
    leaving.heard.get(10)
    assert server.stop(10) is True
    assert [asker.wait(30) for asker in askers] == [100] * 4


def test_nobody_is_reached_after_the_last_server_stopped(fabric: Fabric, context: RequestContext) -> None:
    _, server = fabric.office()
    post = fabric.post(timeout=2.0)
    assert post.who(context) == "office"
    server.stop(10)
    # A broker keeps the queue for a server that comes back.
    with pytest.raises(CallTimeout if fabric.transport == "kombu" else Unroutable):
        post.who(context)


def test_a_call_does_not_outlive_its_server_for_long(fabric: Fabric, context: RequestContext) -> None:
    office, server = fabric.office()
    asked = concurrency.spawn(fabric.bus().proxy(Post, timeout=4.0).hold, context)
    office.entered.get(10)
    server.kill()
    with pytest.raises((PeerLost, CallTimeout)):
        asked.wait(10)
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
    _, other = fabric.office(queue_limit=6, send_timeout=60.0)
    with pytest.raises(QueueMismatch, match=rf"queue {fabric.settings.namespace}\.post .*x-max-length.*'6'.*'5'"):
        other.wait()
    assert time.monotonic() - began < 30.0, "it waited for what will never be"
    assert fabric.bus().proxy(Post).who(context) == "office"
