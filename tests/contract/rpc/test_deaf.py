"""A consumer that hears nothing, although there is something to hear, listens anew."""

from __future__ import annotations

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.rpc import Server
from nova_lite.rpc.drivers.kombu.ear import Ear as KombuEar
from nova_lite.rpc.drivers.local import LocalListener
from nova_lite.rpc.errors import CallTimeout, Unroutable
from tests.contract.rpc.contracts import Post
from tests.contract.rpc.fabric import Fabric, eventually


def deafen(fabric: Fabric, server: Server) -> None:
    """As if the other end had forgotten the server's consumers."""
    for listener in server._listeners():
        if isinstance(listener, LocalListener):
            fabric.exchange.remove(listener)
        if isinstance(listener, KombuEar):
            assert listener._mouth is not None
            for queue in listener._queues:
                listener._mouth.channel.basic_cancel(queue, nowait=True)


@pytest.mark.transports("local", "kombu")  # a zmq consumer is the socket itself: there is nobody who could forget it
def test_a_deaf_server_listens_anew(fabric: Fabric, context: RequestContext) -> None:
    _, server = fabric.office("h1", hearing=0.5)
    bus = fabric.bus()
    assert bus.proxy(Post, host="h1").who(context) == "h1"
    deafen(fabric, server)
    post = bus.proxy(Post, host="h1", timeout=1.0)
    assert eventually(lambda: post.who(context), Unroutable, CallTimeout) == "h1"


@pytest.mark.transports("local", "zmq")  # a broker may take longer than this test
def test_who_hears_well_is_left_alone(
    fabric: Fabric, context: RequestContext, caplog: pytest.LogCaptureFixture
) -> None:
    fabric.office("h2")
    _, server = fabric.office("h1", hearing=1.0)
    before = server._listeners()
    concurrency.event().wait(2.5)
    assert server._listeners() == before
    assert "is deaf" not in caplog.text
    assert "refused" not in caplog.text
