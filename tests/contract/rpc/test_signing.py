"""Signatures: who is not trusted, or not who it says, or late, or early, or twice, is not served."""

from __future__ import annotations

import dataclasses
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NovaLiteError
from nova_lite.core.ids import new_hex
from nova_lite.rpc import BusSettings, Server
from nova_lite.rpc.bus import open_driver
from nova_lite.rpc.codec import Codec
from nova_lite.rpc.drivers.base import Outgoing
from nova_lite.rpc.envelope import Answer, Circumstances, Request
from nova_lite.rpc.errors import BadSignature, Unroutable
from nova_lite.rpc.interface import interface_of
from nova_lite.rpc.pending import Pending
from nova_lite.rpc.signing import Keyring, NoSigner, generate
from nova_lite.rpc.target import Target
from tests.contract.rpc.contracts import Office, Post
from tests.contract.rpc.fabric import Fabric, eventually
from tests.patience import PATIENCE


class Signed:
    """A fabric with keys for ``post@h1``, ``post@h2`` and ``client``, and an office on h1."""

    def __init__(self, fabric: Fabric, keys: Path) -> None:
        self.keys = keys
        for identity in ("post@h1", "post@h2", "client"):
            generate(keys, identity)
        self.fabric = fabric
        fabric.settings = dataclasses.replace(fabric.settings, key_dir=str(keys))
        self.office, self.server = fabric.office("h1")
        self.refused: concurrency.Queue[str] = concurrency.queue()
        self.listen(self.server)
        self._pending = Pending()
        settings: BusSettings = dataclasses.replace(fabric.settings, identity="raw")
        self._driver = open_driver(settings, self._pending, fabric.exchange)

    def listen(self, server: Server) -> None:
        server.observe = lambda refusal: self.refused.put(f"{refusal.identity} {refusal.error.code}")

    def sealed(self, **changes: object) -> bytes:
        """A request of ``client`` to ``who`` on h1, signed with the client's key."""
        now = self.fabric.clock.now()
        method = interface_of(Post).methods["who"].arguments
        request = Request(
            id=new_hex(), kind="call", target="post.h1", interface="post", version="1.1", method="who",
            arguments=method.encode(method.kind()), context=Circumstances("req-1"), sender="client", reply_to="raw/1",
            sent_at=now, deadline=now + PATIENCE,
        )
        import msgspec

        return Codec(Keyring(self.keys, "client"), 10_000).seal_request(msgspec.structs.replace(request, **changes))

    def send(self, payload: bytes, host: str = "h1") -> Answer:
        """Put bytes on the wire, as anybody could."""
        message_id = new_hex()
        waiter = self._pending.add(message_id)
        self._driver.send(Target("post", host), Outgoing(message_id, "call", payload, PATIENCE))
        answer = waiter.wait(PATIENCE)
        assert answer is not None
        return Codec(NoSigner(), 10_000).open_answer(answer)

    def close(self) -> None:
        self._driver.close()


@pytest.fixture
def signed(fabric: Fabric, tmp_path: Path) -> Signed:
    return Signed(fabric, tmp_path / "keys")


@pytest.fixture(autouse=True)
def closed(signed: Signed) -> object:
    yield
    signed.close()


def test_who_is_trusted_is_served(signed: Signed, context: RequestContext) -> None:
    seen: list[str] = []
    signed.server.authorise = lambda delivery: seen.append(delivery.identity)
    assert signed.fabric.bus().proxy(Post, host="h1").who(context) == "h1"
    assert seen == ["client"]


def test_a_fanout_is_served_by_all(signed: Signed, context: RequestContext) -> None:
    other, _ = signed.fabric.office("h2")
    signed.fabric.bus().proxy(Post).shout(context, 1)
    assert [office.heard.get(PATIENCE) for office in (signed.office, other)] == [("shout", 1)] * 2


def test_casts_of_the_same_moment_are_believed(signed: Signed, context: RequestContext) -> None:
    """They share signatures, before the server and its client have a session and after."""
    post = signed.fabric.bus().proxy(Post, host="h1")
    for numbers in (range(40), range(40, 80)):
        tasks = [concurrency.spawn(post.drop, context, number) for number in numbers]
        for task in tasks:
            task.wait(PATIENCE)
        assert {signed.office.heard.get(PATIENCE)[1] for _ in numbers} == set(numbers)
        assert post.who(context) == "h1"
        assert signed.office.heard.get(PATIENCE)[0] == "who"
    assert signed.refused.qsize() == 0


def test_who_is_not_trusted_is_refused(signed: Signed, context: RequestContext, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(signed.keys, own)
    generate(own, "mallory")
    mallory = signed.fabric.bus("mallory", key_dir=str(own))
    with pytest.raises(BadSignature, match="'mallory' is not trusted"):
        mallory.proxy(Post, host="h1").who(context)
    assert signed.refused.get(PATIENCE) == "mallory bad_signature"
    shutil.copy(own / "trusted" / "mallory.pub", signed.keys / "trusted")
    assert mallory.proxy(Post, host="h1").who(context) == "h1", "enrolled later, trusted without a restart"


def test_a_forged_sender_is_refused(signed: Signed, context: RequestContext, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(signed.keys, own)
    shutil.copy(own / "client.key", own / "post@h2.key")
    with pytest.raises(BadSignature, match="not signed by 'post@h2'"):
        signed.fabric.bus("post@h2", key_dir=str(own)).proxy(Post, host="h1").who(context)
    assert signed.office.heard.qsize() == 0


def test_an_unsigned_request_is_refused(signed: Signed) -> None:
    now = signed.fabric.clock.now()
    request = Codec(Keyring(signed.keys, "client"), 10_000).open_request(signed.sealed(sent_at=now))
    failure = signed.send(Codec(NoSigner(), 10_000).seal_request(request)).failure
    assert failure is not None
    assert failure.code == "bad_signature"
    assert signed.office.heard.qsize() == 0


def test_an_unsigned_answer_is_refused(signed: Signed, context: RequestContext) -> None:
    server = signed.fabric.bus("post@h2", signing=False).server()
    server.serve(Post, Office("h2"), "h2")
    server.start()
    # What such a server says is not even believed when it refuses: it has no way to make itself heard.
    with pytest.raises(NovaLiteError, match="is not signed"):
        signed.fabric.bus().proxy(Post, host="h2").who(context)
    server.kill()


def test_a_replayed_request_is_refused(signed: Signed) -> None:
    payload = signed.sealed()
    assert signed.send(payload).failure is None
    failure = signed.send(payload).failure
    assert failure is not None
    assert failure.code == "replayed"
    assert signed.office.heard.qsize() == 1


def test_a_request_for_another_host_is_refused(signed: Signed) -> None:
    office, server = signed.fabric.office("h2")
    signed.listen(server)
    failure = signed.send(signed.sealed(), host="h2").failure
    assert failure is not None
    assert failure.code == "bad_signature"
    assert signed.refused.get(PATIENCE) == "client bad_signature"
    assert office.heard.qsize() == 0


@pytest.mark.parametrize(
    ("times", "code"),
    [
        (lambda now: {"sent_at": now - 60, "deadline": now - 1}, "message_expired"),
        (lambda now: {"sent_at": now + 600, "deadline": now + 700}, "bad_signature"),
        (lambda now: {"sent_at": now, "deadline": now + 10_000}, "bad_signature"),
    ],
    ids=["expired", "from-the-future", "lives-too-long"],
)
def test_impossible_times_are_refused(signed: Signed, times: Callable[[float], dict[str, float]], code: str) -> None:
    failure = signed.send(signed.sealed(**times(signed.fabric.clock.now()))).failure
    assert failure is not None
    assert failure.code == code
    assert signed.office.heard.qsize() == 0


def test_changed_bytes_are_refused(signed: Signed) -> None:
    chance = random.Random(7)
    for _ in range(40):
        payload = bytearray(signed.sealed())
        payload[chance.randrange(len(payload))] ^= 1 << chance.randrange(8)
        assert signed.send(bytes(payload)).failure is not None
    for _ in range(10):
        payload = bytearray(signed.sealed())
        assert signed.send(bytes(payload[: chance.randrange(len(payload))])).failure is not None
    assert signed.office.heard.qsize() == 0


def test_a_server_that_is_started_anew_is_served_as_before(signed: Signed, context: RequestContext) -> None:
    post = signed.fabric.bus().proxy(Post, host="h2")
    _, server = signed.fabric.office("h2")
    assert [post.who(context) for _ in range(3)] == ["h2"] * 3
    server.stop()
    _, server = signed.fabric.office("h2")
    signed.listen(server)
    eventually(lambda: post.who(context), Unroutable)  # over tcp the client needs a moment to find it again
    assert [post.who(context) for _ in range(3)] == ["h2"] * 3
    assert signed.refused.qsize() == 0


def test_several_servers_share_the_calls(signed: Signed, context: RequestContext) -> None:
    signed.fabric.office("h2")
    post = signed.fabric.bus().proxy(Post)
    answered = set[str]()
    while answered != {"h1", "h2"}:  # a broker may not have all its consumers yet
        answered.add(post.who(context))


def test_a_revoked_identity_is_refused_without_a_restart(signed: Signed, context: RequestContext) -> None:
    post = signed.fabric.bus().proxy(Post, host="h1")
    assert [post.who(context) for _ in range(2)] == ["h1"] * 2
    (signed.keys / "trusted" / "client.pub").unlink()
    end = signed.fabric.clock.monotonic() + PATIENCE
    with pytest.raises(BadSignature, match="'client' is not trusted"):
        # It is believed until the next look.
        while signed.fabric.clock.monotonic() < end:
            post.who(context)
    assert signed.refused.get(PATIENCE) == "client bad_signature"
