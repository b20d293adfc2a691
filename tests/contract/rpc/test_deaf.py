"""A consumer that hears nothing, although there is something to hear, listens anew."""

from __future__ import annotations

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.rpc import Server
from nova_lite.rpc.drivers.kombu.ear import Ear as KombuEar
from nova_lite.rpc.drivers.local import LocalListener
from nova_lite.rpc.errors import CallTimeout, Unroutable
from nova_lite.rpc.target import Target
from stack import processes
from tests.contract.rpc.contracts import Office, Post
from tests.contract.rpc.fabric import Fabric, eventually
from tests.patience import PATIENCE


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
    post = fabric.bus().proxy(Post, host="h1", timeout=10.0)
    assert eventually(lambda: post.who(context), Unroutable, CallTimeout) == "h1"
    deafen(fabric, server)
    assert eventually(lambda: post.who(context), Unroutable, CallTimeout) == "h1"


@pytest.mark.transports("local")  # the others hear the same
def test_one_sound_may_be_missed(fabric: Fabric, caplog: pytest.LogCaptureFixture) -> None:
    """As by a process that stood still for a moment."""
    server = fabric.bus("post@h1", hearing=0.5).server()
    server.serve(Post, Office("h1"), "h1")
    sound, made = server._sound, concurrency.queue()

    def first_is_missed(target: Target) -> bool:
        made.put(None)
        return made.qsize() == 1 or sound(target)

    server._sound = first_is_missed
    server.start()
    assert processes.wait_until(lambda: made.qsize() > 2, PATIENCE)
    assert "is deaf" not in caplog.text
    server.kill()


@pytest.mark.transports("local", "zmq")  # a broker may take longer than this test
def test_who_hears_well_is_left_alone(
    fabric: Fabric, context: RequestContext, caplog: pytest.LogCaptureFixture
) -> None:
    fabric.office("h2")
    _, server = fabric.office("h1", hearing=1.0)
    before = server._listeners()
    concurrency.event().wait(3.5)
    assert server._listeners() == before
    assert "is deaf" not in caplog.text
    assert "refused" not in caplog.text
