"""Session keys: who can speak in whose name, and what ends a session."""

from __future__ import annotations

import os
import random
from pathlib import Path

import msgspec
import pytest

from nova_lite.core.clock import ManualClock
from nova_lite.core.errors import NovaLiteError
from nova_lite.rpc.codec import Codec, Opened
from nova_lite.rpc.envelope import Answer, Circumstances, Frame, Request
from nova_lite.rpc.errors import BadSignature, UnknownSession
from nova_lite.rpc.sessions import LIFE, PER_PEER, PER_TARGET, Acquaintances, Session, Sessions
from nova_lite.rpc.signing import GLANCE, Keyring, generate


class Party:
    """A process with keys and sessions."""

    def __init__(self, keys: Path, identity: str, clock: ManualClock) -> None:
        generate(keys, identity)
        self.identity = identity
        self.sessions = Sessions(identity, clock)
        self.codec = Codec(Keyring(keys, identity, clock), 10_000, self.sessions)

    def ask(self, *sessions: Session, sender: str = "") -> bytes:
        request = Request(
            "1", "call", "t", "i", "1.0", "m", b"", Circumstances("r"), sender or self.identity, "a", 1.0, 2.0,
            self.codec.exchange,
        )
        return self.codec.seal_request(request, sessions)

    def tell(self, *sessions: Session) -> bytes:
        request = Request("1", "cast", "t", "i", "1.0", "m", b"", Circumstances("r"), self.identity, "", 1.0, 2.0)
        return self.codec.seal_cast(request, sessions)

    def reply(self, asked: Opened[Request]) -> bytes:
        session = asked.session if asked.coded else None
        return self.codec.seal_answer(
            Answer("1", "a", self.identity, 1.0, exchange=session.own if session else self.codec.exchange), session
        )

    def meet(self, server: Party) -> Session:
        """One signed call and its answer; the session that the client has then."""
        session = self.codec.read_answer(server.reply(server.codec.read_request(self.ask()))).session
        assert session is not None
        return session


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def client(tmp_path: Path, clock: ManualClock) -> Party:
    return Party(tmp_path, "client", clock)


@pytest.fixture
def server(tmp_path: Path, clock: ManualClock) -> Party:
    return Party(tmp_path, "server", clock)


def test_after_one_signed_call_both_ends_need_no_signature(client: Party, server: Party) -> None:
    session = client.meet(server)
    payload = client.ask(session)
    assert msgspec.msgpack.decode(payload, type=Frame).signature == b""
    asked = server.codec.read_request(payload)
    assert asked.coded
    answer = server.reply(asked)
    assert msgspec.msgpack.decode(answer, type=Frame).signature == b""
    assert client.codec.read_answer(answer).coded


def test_changed_bytes_are_refused(client: Party, server: Party) -> None:
    frame = msgspec.msgpack.decode(client.ask(client.meet(server)), type=Frame)
    changed = frame.body.replace(b"\xa1m", b"\xa1n")
    assert changed != frame.body
    with pytest.raises(BadSignature, match="not sealed by 'client'"):
        server.codec.open_request(msgspec.msgpack.encode(msgspec.structs.replace(frame, body=changed)))


def test_mutated_calls_are_refused(client: Party, server: Party) -> None:
    payload, chance = client.ask(client.meet(server)), random.Random(2026)
    for _ in range(2000):
        mutated, at = bytearray(payload), chance.randrange(len(payload))
        mutated[at] = (mutated[at] + chance.randrange(1, 256)) % 256
        with pytest.raises(NovaLiteError):
            server.codec.open_request(bytes(mutated[: chance.choice((len(payload), at + 1))]))


def test_a_server_that_is_started_anew_asks_for_a_signature(
    client: Party, server: Party, tmp_path: Path, clock: ManualClock
) -> None:
    payload = client.ask(client.meet(server))
    with pytest.raises(UnknownSession):
        Party(tmp_path, "server", clock).codec.open_request(payload)


def test_one_call_serves_whichever_server_gets_it(
    client: Party, server: Party, tmp_path: Path, clock: ManualClock
) -> None:
    other = Party(tmp_path, "server", clock)
    payload = client.ask(client.meet(server), client.meet(other))
    assert server.codec.read_request(payload).coded
    assert other.codec.read_request(payload).coded


def test_a_server_cannot_speak_as_its_client_to_others(
    client: Party, server: Party, tmp_path: Path, clock: ManualClock
) -> None:
    victim = Party(tmp_path, "victim", clock)
    client.meet(server)
    client.meet(victim)
    forged = server.ask(server.meet(victim), sender="client")
    with pytest.raises(UnknownSession):
        victim.codec.open_request(forged)


def test_a_message_does_not_come_back_as_its_answer(client: Party, server: Party) -> None:
    session = client.meet(server)
    body = msgspec.msgpack.encode(Answer("1", "a", "server", 1.0, exchange=session.exchange))
    mirrored = Frame(2, body, codes={session.own[:8]: session.seal(body)})
    with pytest.raises(BadSignature):
        client.codec.open_answer(msgspec.msgpack.encode(mirrored))


def test_a_stolen_exchange_is_of_no_use(client: Party, server: Party, tmp_path: Path, clock: ManualClock) -> None:
    client.meet(server)
    thief = Party(tmp_path, "thief", clock)
    request = msgspec.structs.replace(
        thief.codec.open_request(thief.ask()), exchange=client.codec.exchange, sender="client"
    )
    with pytest.raises(BadSignature, match="not signed by 'client'"):
        server.codec.open_request(thief.codec.seal_request(request))


@pytest.mark.parametrize("exchange", [b"short", b"\0" * 32], ids=["short", "zero"])
def test_an_exchange_that_is_no_key_is_refused(client: Party, server: Party, exchange: bytes) -> None:
    request = msgspec.structs.replace(client.codec.open_request(client.ask()), exchange=exchange)
    with pytest.raises(BadSignature, match="session key that is none"):
        server.codec.open_request(client.codec.seal_request(request))


def test_a_revoked_key_ends_its_sessions(client: Party, server: Party, tmp_path: Path, clock: ManualClock) -> None:
    payload = client.ask(client.meet(server))
    (tmp_path / "trusted/client.pub").unlink()
    clock.advance(GLANCE + 0.1)
    with pytest.raises(BadSignature, match="'client' is not trusted"):
        server.codec.open_request(payload)
    with pytest.raises(BadSignature, match="'client' is not trusted"):
        server.codec.open_request(client.ask())


def test_a_replaced_key_ends_the_sessions_of_the_old_one(
    client: Party, server: Party, tmp_path: Path, clock: ManualClock
) -> None:
    payload = client.ask(client.meet(server))
    (tmp_path / "client.key").unlink()
    os.replace(generate(tmp_path, "client"), tmp_path / "new")
    os.replace(tmp_path / "new", tmp_path / "trusted/client.pub")
    clock.advance(GLANCE + 0.1)
    with pytest.raises(UnknownSession):
        server.codec.open_request(payload)
    with pytest.raises(BadSignature, match="not signed by 'client'"):
        server.codec.open_request(client.ask())


def test_keys_are_made_anew_and_the_last_is_still_understood(
    client: Party, server: Party, clock: ManualClock
) -> None:
    session, before = client.meet(server), client.codec.exchange
    payload = client.ask(session)
    clock.advance(LIFE + 1)
    assert client.codec.exchange != before
    assert server.codec.exchange != session.exchange
    assert server.codec.read_request(payload).coded
    clock.advance(LIFE + 1)
    assert server.codec.exchange
    with pytest.raises(UnknownSession):
        server.codec.open_request(payload)


def test_what_is_remembered_is_bounded(client: Party, server: Party, tmp_path: Path, clock: ManualClock) -> None:
    first = client.ask(client.meet(server))
    for _ in range(PER_PEER):
        Party(tmp_path, "client", clock).meet(server)
    with pytest.raises(UnknownSession):
        server.codec.open_request(first)
    friends = Acquaintances()
    for _ in range(PER_TARGET + 5):
        friends.heard("t", client.meet(Party(tmp_path, "server", clock)), introduced=True)
    assert len(friends.of("t", client.codec.exchange)) == PER_TARGET
    assert friends.of("t", b"another exchange") == []
    assert friends.of("u", client.codec.exchange) == []


def test_calls_are_signed_until_a_stranger_is_introduced(
    client: Party, server: Party, tmp_path: Path, clock: ManualClock
) -> None:
    friends, own = Acquaintances(), client.codec.exchange
    friends.heard("t", client.meet(server), introduced=True)
    assert len(friends.of("t", own)) == 1
    stranger = client.meet(Party(tmp_path, "other", clock))
    friends.heard("t", stranger, introduced=False)
    assert [friends.of("t", own) for _ in range(3)] == [[]] * 3
    friends.heard("t", stranger, introduced=True)
    assert len(friends.of("t", own)) == 2
    friends.heard("t", client.meet(Party(tmp_path, "gone", clock)), introduced=False)
    assert any(friends.of("t", own) for _ in range(2 * PER_TARGET + 1)), "nobody waits for ever for one that is gone"


def test_a_cast_is_read_by_its_code_where_there_is_a_session_and_by_its_signature_elsewhere(
    client: Party, server: Party, tmp_path: Path, clock: ManualClock
) -> None:
    payload = client.tell(client.meet(server))
    stranger = Party(tmp_path, "stranger", clock)
    assert server.codec.read_request(payload).coded
    assert not stranger.codec.read_request(payload).coded
    frame = msgspec.msgpack.decode(payload, type=Frame)
    for proof in (msgspec.structs.replace(frame, codes={}), msgspec.structs.replace(frame, signature=b"")):
        assert server.codec.read_request(msgspec.msgpack.encode(proof)).body.sender == "client"


def test_a_cast_is_as_hard_to_forge_as_a_call(client: Party, server: Party, tmp_path: Path, clock: ManualClock) -> None:
    session = client.meet(server)
    frame = msgspec.msgpack.decode(client.tell(session), type=Frame)
    wrong = {label: bytes(len(code)) for label, code in frame.codes.items()}
    stranger = Party(tmp_path, "stranger", clock)
    for reader, forged in (
        (server, msgspec.structs.replace(frame, codes=wrong)),
        (server, msgspec.structs.replace(frame, codes={}, signature=bytes(64))),
        (stranger, msgspec.structs.replace(frame, signature=bytes(64))),
        (stranger, msgspec.structs.replace(frame, codes={}, signature=b"")),
    ):
        with pytest.raises(BadSignature):
            reader.codec.read_request(msgspec.msgpack.encode(forged))
    with pytest.raises(UnknownSession):
        stranger.codec.read_request(msgspec.msgpack.encode(msgspec.structs.replace(frame, signature=b"")))


def test_a_cast_to_nobody_that_was_met_is_signed_alone(client: Party, server: Party) -> None:
    frame = msgspec.msgpack.decode(client.tell(), type=Frame)
    assert frame.codes == {}
    assert not server.codec.read_request(client.tell()).coded
