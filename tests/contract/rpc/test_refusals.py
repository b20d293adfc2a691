"""What is not understood or not allowed is refused by name, and its handler never runs."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Forbidden, NovaLiteError
from nova_lite.rpc import Delivery
from nova_lite.rpc.bus import open_driver
from nova_lite.rpc.codec import Codec
from nova_lite.rpc.drivers.base import Outgoing
from nova_lite.rpc.envelope import Answer
from nova_lite.rpc.errors import (
    BadArguments,
    BadResult,
    Oversize,
    UnknownInterface,
    UnknownMethod,
    UnsupportedVersion,
)
from nova_lite.rpc.pending import Pending
from nova_lite.rpc.signing import NoSigner
from nova_lite.rpc.target import Target
from tests.contract.rpc.contracts import NextMajor, NextMinor, OtherInterface, Post, Stranger, Talker
from tests.contract.rpc.fabric import Fabric
from tests.patience import PATIENCE


class Witness:
    """An office and the codes of what it refused."""

    def __init__(self, fabric: Fabric) -> None:
        self.office, server = fabric.office()
        self.refused: concurrency.Queue[tuple[str, str]] = concurrency.queue()
        server.observe = lambda refusal: self.refused.put((refusal.identity, refusal.error.code))

    def saw(self, code: str, identity: str = "client") -> None:
        assert self.refused.get(PATIENCE) == (identity, code)
        assert self.office.heard.qsize() == 0


def test_another_major_version(fabric: Fabric, context: RequestContext) -> None:
    witness = Witness(fabric)
    with pytest.raises(UnsupportedVersion, match=r"post 2\.0 is not understood, 1\.1 is"):
        fabric.bus().proxy(NextMajor).who(context)
    witness.saw("unsupported_version")


def test_a_newer_minor_version(fabric: Fabric, context: RequestContext) -> None:
    witness = Witness(fabric)
    with pytest.raises(UnsupportedVersion, match=r"1\.2"):
        fabric.bus().proxy(NextMinor, pin="1.2").who(context)
    witness.saw("unsupported_version")


def test_an_unknown_interface(fabric: Fabric, context: RequestContext) -> None:
    witness = Witness(fabric)
    with pytest.raises(UnknownInterface, match="parcels"):
        fabric.bus().proxy(OtherInterface).who(context)
    witness.saw("unknown_interface")


@pytest.mark.parametrize(
    ("ask", "error", "name"),
    [
        (lambda post, context: post.vanish(context), UnknownMethod, "vanish"),
        (lambda post, context: post.drop(context, 1), UnknownMethod, "drop"),
        (lambda post, context: post.weigh(context, "x"), BadArguments, r"\$\.parcel"),
        (lambda post, context: post.who(context, 1), BadArguments, "extra"),
        (lambda post, context: post.fail(context), BadArguments, "declared"),
    ],
    ids=["method", "kind", "type", "unknown-argument", "missing-argument"],
)
def test_a_request_that_breaks_the_contract(
    fabric: Fabric, context: RequestContext, ask: Callable[[Stranger, RequestContext], object],
    error: type[NovaLiteError], name: str,
) -> None:
    witness = Witness(fabric)
    with pytest.raises(error, match=name):
        ask(fabric.bus().proxy(Stranger), context)
    witness.saw(error.code)


def test_a_result_that_the_caller_did_not_expect(fabric: Fabric, context: RequestContext) -> None:
    fabric.office()
    with pytest.raises(BadResult, match="circumstances"):
        fabric.bus().proxy(Stranger).circumstances(context)


def test_a_request_that_is_too_large(fabric: Fabric, context: RequestContext) -> None:
    fabric.office()
    with pytest.raises(Oversize, match="the bus carries 2000"):
        fabric.bus(max_message=2000).proxy(Talker).say(context, "x" * 3000)


def test_a_request_that_the_server_finds_too_large(fabric: Fabric, context: RequestContext) -> None:
    fabric.office(max_message=2000)
    with pytest.raises(Oversize):
        fabric.bus().proxy(Talker).say(context, "x" * 4000)


def test_an_answer_that_is_too_large(fabric: Fabric, context: RequestContext) -> None:
    fabric.office(max_message=5000)
    with pytest.raises(Oversize, match="answer"):
        fabric.bus().proxy(Post).inflate(context, 6000)
    assert len(fabric.bus().proxy(Post).inflate(context, 4000)) == 4000


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (msgspec.msgpack.encode({"envelope": 3, "news": []}), "unknown_envelope"),
        (msgspec.msgpack.encode({"envelope": 2, "body": b"", "signature": b"", "extra": 1}), "refused"),
        (msgspec.msgpack.encode({"envelope": 2, "body": b"\xc1", "signature": b""}), "refused"),
        (b"", "refused"),
        (b"\xff" * 64, "refused"),
    ],
    ids=["envelope-version", "unknown-field", "broken-body", "nothing", "noise"],
)
def test_an_unreadable_message_is_answered(fabric: Fabric, payload: bytes, code: str) -> None:
    witness = Witness(fabric)
    failure = _send_raw(fabric, payload).failure
    assert failure is not None
    assert failure.code == code
    witness.saw(code, identity="")


def _send_raw(fabric: Fabric, payload: bytes) -> Answer:
    pending = Pending()
    driver = open_driver(fabric.settings, pending, fabric.exchange)
    waiter = pending.add("raw1")
    driver.send(Target("post"), Outgoing("raw1", "call", payload, PATIENCE))
    answer = waiter.wait(PATIENCE)
    driver.close()
    assert answer is not None
    return Codec(NoSigner(), 10_000).open_answer(answer)


def test_an_authoriser_decides(fabric: Fabric, context: RequestContext) -> None:
    deliveries: list[Delivery] = []

    def authorise(delivery: Delivery) -> None:
        deliveries.append(delivery)
        if delivery.identity != "friend":
            raise Forbidden(f"{delivery.identity} may not {delivery.method}")

    office, server = fabric.office("h1")
    server.authorise = authorise
    assert fabric.bus("friend").proxy(Post, host="h1").who(context) == "h1"
    office.heard.get(PATIENCE)
    with pytest.raises(Forbidden, match="foe may not who"):
        fabric.bus("foe").proxy(Post, host="h1").who(context)
    assert office.heard.qsize() == 0
    seen = deliveries[-1]
    assert (seen.target, seen.interface, seen.version, seen.redelivered) == ("post.h1", "post", "1.1", False)


def test_a_bug_in_an_authoriser_is_a_refusal(fabric: Fabric, context: RequestContext) -> None:
    def authorise(delivery: Delivery) -> None:
        raise KeyError(delivery.method)

    office, server = fabric.office()
    server.authorise = authorise
    with pytest.raises(NovaLiteError, match="KeyError"):
        fabric.bus().proxy(Post).who(context)
    assert office.heard.qsize() == 0
