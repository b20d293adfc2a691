"""Records of contracts: what may change, when, and who says no."""

from __future__ import annotations

import enum
import gzip
import types
from pathlib import Path
from typing import Annotated, Any, Protocol

import msgspec
import pytest

from nova_lite.core.context import RequestContext
from nova_lite.rpc import Since, call, cast, interface, privacy
from nova_lite.rpc.envelope import SEALED, VERSION
from nova_lite.rpc.interface import Interface, declared_in, interface_of
from nova_lite.rpc.wire.compatibility import breaks
from nova_lite.rpc.wire.encrypted import replay_encrypted
from nova_lite.rpc.wire.envelopes import envelopes, replay_envelope
from nova_lite.rpc.wire.records import Records
from nova_lite.rpc.wire.samples import messages, replay
from nova_lite.rpc.wire.shape import shape_of


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Letter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: str
    colour: Colour = Colour.RED
    copies: tuple[Letter, ...] = ()


@interface(topic="mail", version="1.0")
class Mail(Protocol):
    @call()
    def read(self, context: RequestContext, number: int) -> Letter: ...
    @cast
    def post(self, context: RequestContext, letter: Letter) -> None: ...


@interface(topic="mail", version="1.1")
class Later(Protocol):
    @call()
    def read(
        self, context: RequestContext, number: int, loud: Annotated[bool, Since("1.1")] = False
    ) -> Letter: ...
    @cast
    def post(self, context: RequestContext, letter: Letter | None) -> None: ...
    @call(since="1.1")
    def count(self, context: RequestContext) -> int: ...


@interface(topic="mail", version="1.1")
class Broken(Protocol):
    @cast
    def read(self, context: RequestContext, number: str, other: int) -> None: ...
    @call()
    def count(self, context: RequestContext) -> int: ...


OLD, LATER, BROKEN = interface_of(Mail), interface_of(Later), interface_of(Broken)


def test_a_module_says_what_it_declares() -> None:
    module = types.ModuleType(__name__)
    vars(module).update(Mail=Mail, Letter=Letter, other=3)
    assert declared_in(module) == [OLD]


def test_what_is_added_with_care_breaks_nothing() -> None:
    assert breaks(shape_of(OLD), shape_of(LATER)) == []


def test_what_is_added_must_be_marked_for_those_who_do_not_know_it() -> None:
    read = shape_of(LATER).methods["read"]
    careless = {**read.parameters, "loud": msgspec.structs.replace(read.parameters["loud"], since="")}
    methods = {**shape_of(LATER).methods, "read": msgspec.structs.replace(read, parameters=careless)}
    assert breaks(shape_of(OLD), msgspec.structs.replace(shape_of(LATER), methods=methods)) == [
        "method read: loud is new: mark it Since with '1.1'"
    ]


def test_what_breaks_is_named() -> None:
    assert breaks(shape_of(OLD), shape_of(BROKEN)) == [
        "method post is gone", "method read was a call, is a cast", "method read returned Letter, returns none",
        "method read: number was int, is str", "method read needs other, which is new and has no default",
        "method count is new: it needs since='1.1', and the interface a version above 1.0",
    ]


def test_every_message_of_the_corpus_is_read() -> None:
    corpus = list(messages(OLD))
    assert {(message.method, message.direction) for message in corpus} == {
        ("read", "request"), ("read", "answer"), ("post", "request")
    }
    assert [replay(LATER, message) for message in corpus] == [""] * len(corpus)
    assert any("number" in replay(BROKEN, message) or "a call to mail" in replay(BROKEN, message) for message in corpus)


def test_an_unreleased_version_may_change_and_must_be_recorded_again(tmp_path: Path) -> None:
    records = Records(tmp_path)
    assert "mail 1.0 is not recorded" in records.complaints([OLD])
    assert records.write([OLD], release=False) == []
    assert records.complaints([OLD]) == []
    changed = _as_version(LATER, OLD)
    assert any("is not what is recorded" in complaint for complaint in records.complaints([changed]))
    assert records.write([changed], release=False) == []
    assert records.complaints([changed]) == []


@pytest.mark.parametrize("contract", [LATER, BROKEN], ids=["compatible", "broken"])
def test_a_released_version_never_changes(tmp_path: Path, contract: Interface[Any]) -> None:
    records = Records(tmp_path)
    records.write([OLD], release=True)
    changed = _as_version(contract, OLD)
    wanted = "major" if contract is BROKEN else "minor"
    complaints = records.complaints([changed])
    assert any(f"give it the next {wanted} version" in complaint for complaint in complaints)
    assert records.write([changed], release=False), "and the command refuses it too"
    assert records.complaints([OLD]) == []


def test_a_new_minor_must_read_what_the_released_one_sent(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write([OLD], release=True)
    assert records.write([LATER], release=False) == []
    assert records.complaints([LATER]) == []
    assert any("released 1.0" in complaint for complaint in records.complaints([BROKEN]))
    assert any("breaks 1.0, which is released" in refusal for refusal in records.write([BROKEN], release=False))


def test_a_corpus_that_was_touched_is_noticed(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write([OLD], release=False)
    (tmp_path / "mail-1.0.messages.gz").write_bytes(gzip.compress(b""))
    assert records.complaints([OLD]) == ["mail 1.0: its corpus is not that of its shape"]


def _as_version(contract: Interface[Any], other: Interface[Any]) -> Interface[Any]:
    import dataclasses

    return dataclasses.replace(contract, version=other.version)


def test_every_form_of_the_envelope_is_kept_and_read() -> None:
    kept = list(envelopes())
    assert {message.method for message in kept} == {"Request", "Answer"}
    assert [replay_envelope(message, VERSION) for message in kept] == [""] * len(kept)


def test_an_envelope_that_is_not_read_any_more_is_noticed(tmp_path: Path) -> None:
    records = Records(tmp_path)
    assert records.write([OLD], release=True) == []
    path = tmp_path / f"envelope-{VERSION}.0.messages.gz"
    strange = msgspec.msgpack.encode({"envelope": VERSION, "body": b"", "stamp": "new"})
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + f"Request request {strange.hex()}\n".encode()))
    assert [text for text in records.complaints([OLD]) if "stamp" in text]


def test_envelopes_of_another_version_must_be_refused_as_such(tmp_path: Path) -> None:
    records = Records(tmp_path)
    assert records.write([OLD], release=True) == []
    for version, envelope in (("1.0", 1), ("4.0", VERSION)):
        body = msgspec.msgpack.encode({"envelope": envelope, "body": next(envelopes()).payload, "other": True})
        messages = gzip.compress(f"Request request {body.hex()}\n".encode())
        (tmp_path / f"envelope-{version}.messages.gz").write_bytes(messages)
    (complaint,) = records.complaints([OLD])
    assert complaint.startswith("envelope 4.0: Request: malformed")


@pytest.mark.parametrize("secret", ["_DOMAIN", "_PRIME"])
def test_an_encrypted_envelope_that_is_not_read_any_more_is_noticed(
    tmp_path: Path, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is agreed on beside the shape: from what keys are derived."""
    records = Records(tmp_path)
    assert records.write([OLD], release=True) == []
    kept = {replay_encrypted(message) for message in records._corpus("envelope", f"{SEALED}.0")}
    assert kept == {""}
    monkeypatch.setattr(privacy, secret, b"other" if secret == "_DOMAIN" else 2**255 - 21)
    assert [text for text in records.complaints([OLD]) if text.startswith(f"envelope {SEALED}.0: ")]
