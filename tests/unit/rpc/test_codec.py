"""Envelopes: round trips, and refusal of everything else."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NovaLiteError
from nova_lite.rpc.codec import Codec
from nova_lite.rpc.envelope import Answer, Circumstances, Failure, Request
from nova_lite.rpc.errors import Oversize, Refused, UnknownEnvelope
from nova_lite.rpc.signing import NoSigner

codec = Codec(NoSigner(), 100_000)
text = st.text(max_size=20)
moment = st.floats(0, 4e9)
circumstances = st.builds(
    Circumstances, request_id=text, user_id=text, project_id=text, roles=st.lists(text, max_size=3).map(tuple),
    user_name=text, project_name=text, deadline=st.none() | moment,
)
requests = st.builds(
    Request, id=text, kind=st.sampled_from(["call", "cast", "fanout"]), target=text, interface=text, version=text,
    method=text, arguments=st.binary(max_size=50), context=circumstances, sender=text, reply_to=text, sent_at=moment,
    deadline=moment,
)
failures = st.builds(
    Failure, code=text, message=text,
    details=st.dictionaries(text, st.none() | text | st.booleans() | st.integers(0, 9)),
)
answers = st.builds(
    Answer, correlation=text, recipient=text, sender=text, sent_at=moment, result=st.binary(max_size=50),
    failure=st.none() | failures,
)


@given(requests)
def test_a_request_comes_back_as_it_went(request: Request) -> None:
    assert codec.open_request(codec.seal_request(request)) == request


@given(answers)
def test_an_answer_comes_back_as_it_went(answer: Answer) -> None:
    assert codec.open_answer(codec.seal_answer(answer)) == answer


@given(requests)
def test_a_request_is_never_read_as_an_answer(request: Request) -> None:
    with pytest.raises(Refused):
        codec.open_answer(codec.seal_request(request))


@given(answers)
def test_an_answer_is_never_read_as_a_request(answer: Answer) -> None:
    with pytest.raises(Refused):
        codec.open_request(codec.seal_answer(answer))


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(NovaLiteError):
        codec.open_request(noise)


@given(st.integers(-1, 1000).filter(lambda version: version != 2))
def test_another_envelope_is_refused_by_its_number(version: int) -> None:
    with pytest.raises(UnknownEnvelope, match=f"version {version} is not understood"):
        codec.open_request(msgspec.msgpack.encode({"envelope": version, "anything": [1, 2]}))


@pytest.mark.parametrize("key", ["arguments", "target", "context"])
def test_a_request_needs_all_its_fields(key: str) -> None:
    body = msgspec.to_builtins(
        Request("1", "call", "t", "i", "1.0", "m", b"", Circumstances("r"), "s", "a", 1.0, 2.0), builtin_types=(bytes,)
    )
    del body[key]
    frame = {"envelope": 2, "body": msgspec.msgpack.encode(body), "signature": b""}
    with pytest.raises(Refused, match=key):
        codec.open_request(msgspec.msgpack.encode(frame))


def test_what_is_too_large_does_not_leave() -> None:
    small = Codec(NoSigner(), 100)
    with pytest.raises(Oversize, match="the bus carries 100"):
        small.seal_answer(Answer("1", "a", "s", 1.0, b"x" * 200))


def test_a_context_survives_the_journey() -> None:
    context = RequestContext("req-1", "u", "p", ("admin",), "user", "project", 5.0)
    assert Circumstances.of(context).context() == context
