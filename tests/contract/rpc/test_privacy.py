"""Encrypted messages: everything works as it does in the clear, and nobody else can read or change them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict, Invalid
from nova_lite.core.ids import new_hex
from nova_lite.rpc import BusSettings, connect
from nova_lite.rpc.bus import _signing, open_driver
from nova_lite.rpc.drivers.base import Outgoing
from nova_lite.rpc.envelope import Circumstances, Request, Sealed
from nova_lite.rpc.errors import CannotSend, NotEncrypted, Unroutable
from nova_lite.rpc.interface import interface_of
from nova_lite.rpc.pending import Pending
from nova_lite.rpc.signing import generate
from nova_lite.rpc.target import Target
from tests.contract.rpc.contracts import Parcel, Post
from tests.contract.rpc.fabric import Fabric, eventually
from tests.patience import PATIENCE


@pytest.fixture
def private(fabric: Fabric, tmp_path: Path) -> Fabric:
    """A fabric in which every message must be encrypted."""
    for identity in ("post@h1", "post@h2", "post@any", "client"):
        generate(tmp_path / "keys", identity)
    fabric.settings = dataclasses.replace(fabric.settings, key_dir=str(tmp_path / "keys"), encryption="required")
    return fabric


def test_calls_casts_and_fanouts_are_served(private: Fabric, context: RequestContext) -> None:
    offices = [private.office(host)[0] for host in ("h1", "h2")]
    bus = private.bus()
    post = bus.proxy(Post, host="h1")
    assert [post.weigh(context, Parcel(name="x", weight=2), factor=n).weight for n in (1, 2, 3)] == [2, 4, 6]
    with pytest.raises(Conflict, match="sealed"):
        post.fail(context, declared=True)
    post.drop(context, 7)
    assert offices[0].heard.get(PATIENCE) == ("drop", 7)
    bus.proxy(Post).shout(context, 1)
    assert [office.heard.get(PATIENCE) for office in offices] == [("shout", 1)] * 2
    answered = set[str]()
    while answered != {"h1", "h2"}:  # a broker may not have all its consumers yet
        answered.add(bus.proxy(Post).who(context))
    assert bus.ping("post", "h2", timeout=PATIENCE).identity == "post@h2"


def test_a_server_that_is_started_anew_is_served_as_before(private: Fabric, context: RequestContext) -> None:
    post = private.bus().proxy(Post, host="h1")
    for _ in range(2):
        _, server = private.office("h1")
        eventually(lambda: post.who(context), Unroutable)  # over tcp the client needs a moment to find it again
        assert [post.who(context) for _ in range(3)] == ["h1"] * 3
        server.stop()


def test_who_sends_readably_is_refused_where_that_is_required(private: Fabric, context: RequestContext) -> None:
    office, _ = private.office("h1")
    with pytest.raises(NotEncrypted, match=r"who of 'client' is not encrypted"):
        private.bus(encryption="off").proxy(Post, host="h1").who(context)
    assert office.heard.qsize() == 0


def test_it_is_turned_on_service_by_service(private: Fabric, context: RequestContext) -> None:
    private.office("h1", encryption="off")
    private.office("h2", encryption="on")
    for encryption in ("on", "off", "required"):
        bus = private.bus(encryption=encryption)
        assert [bus.proxy(Post, host=host).who(context) for host in ("h1", "h2")] == ["h1", "h2"]


def test_nothing_is_sent_that_nobody_could_read(private: Fabric, context: RequestContext) -> None:
    with pytest.raises(CannotSend, match=r"no post@h9\.pub"):
        private.bus().proxy(Post, host="h9").who(context)
    bus = private.bus()
    bus.tell_levels({"post.h1": {"envelope": "2"}})
    with pytest.raises(CannotSend, match=r"post\.h1 reads envelope 2, encryption needs 3"):
        bus.proxy(Post, host="h1").who(context)


def test_changed_bytes_are_refused_and_others_cannot_read_them(private: Fabric, tmp_path: Path) -> None:
    office, server = private.office("h1")
    refused: concurrency.Queue[str] = concurrency.queue()
    server.observe = lambda refusal: refused.put(refusal.error.code)
    now = private.clock.now()
    method = interface_of(Post).methods["drop"].arguments
    request = Request(
        id=new_hex(), kind="cast", target="post.h1", interface="post", version="1.1", method="drop",
        arguments=method.encode(method.kind(4711)), context=Circumstances("req-1"), sender="client", reply_to="",
        sent_at=now, deadline=now + PATIENCE,
    )
    codec = _signing(dataclasses.replace(private.settings, identity="client"), private.clock)
    payload = codec.seal_request(request)
    sealed = msgspec.msgpack.decode(payload, type=Sealed)
    driver = open_driver(dataclasses.replace(private.settings, identity="raw"), Pending(), private.exchange)
    for field in ("secret", "nonce", "exchange"):
        changed = bytearray(getattr(sealed, field))
        changed[5] ^= 1
        broken = msgspec.msgpack.encode(msgspec.structs.replace(sealed, **{field: bytes(changed)}))
        driver.send(Target("post", "h1"), Outgoing(new_hex(), "cast", broken, PATIENCE))
        assert refused.get(PATIENCE) == "bad_signature"
    assert office.heard.qsize() == 0
    driver.send(Target("post", "h1"), Outgoing(new_hex(), "cast", payload, PATIENCE))
    assert office.heard.get(PATIENCE) == ("drop", 4711)
    driver.close()
    other = _signing(dataclasses.replace(private.settings, identity="post@h2"), private.clock)
    with pytest.raises(Exception, match="encrypted for somebody else"):
        other.open_request(payload)


def test_a_secret_is_encrypted_by_whoever_can(private: Fabric, context: RequestContext) -> None:
    """The server reads nothing else; the client encrypts nothing else."""
    office, _ = private.office("h1")
    post = private.bus(encryption="off").proxy(Post, host="h1")
    assert [post.confide(context, word="s3cret") for _ in range(3)] == ["s3cret"] * 3  # within a session too
    post.entrust(context, 1, word="s3cret")
    assert office.heard.get(PATIENCE) == ("s3cret", 1)
    with pytest.raises(NotEncrypted, match="confide"):
        post.confide(context)
    lonely = private.bus(encryption="off").proxy(Post, host="h3")
    with pytest.raises(CannotSend, match="nobody who serves"):
        lonely.entrust(context, 1, word="s3cret")


def test_without_keys_a_secret_travels_as_everything_does(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office("h1")
    post = fabric.bus().proxy(Post, host="h1")
    assert post.confide(context, "s3cret") == "s3cret"
    post.entrust(context, 2, "s3cret")
    assert office.heard.get(PATIENCE) == ("s3cret", 2)


def test_who_has_no_key_cannot_encrypt(private: Fabric) -> None:
    settings: BusSettings = dataclasses.replace(private.settings, identity="client", signing=False)
    with pytest.raises(Invalid, match="encryption needs signing"):
        connect(settings, private.clock)
