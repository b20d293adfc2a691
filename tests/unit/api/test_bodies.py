"""Bodies: how much, in which language, and whether they can be read at all."""

from __future__ import annotations

import io

import pytest
import webob

from nova_lite.api import bodies
from nova_lite.api.bodies import read_json
from nova_lite.api.errors import UnsupportedMediaType
from nova_lite.core.errors import Invalid, TooLarge

LIMIT = 100


def _request(body: bytes, content_type: str = "application/json") -> webob.Request:
    return webob.Request.blank("/", method="POST", body=body, content_type=content_type)


def _chunked(body: bytes) -> webob.Request:
    request = webob.Request.blank("/", method="POST", content_type="application/json")
    request.environ["wsgi.input"] = io.BytesIO(body)
    request.environ.pop("CONTENT_LENGTH", None)
    request.headers["Transfer-Encoding"] = "chunked"
    return request


def test_the_kind_of_a_body_may_be_shouted() -> None:
    assert read_json(_request(b"{}", "APPLICATION/JSON"), LIMIT) == {}


class Untouchable(io.RawIOBase):
    """A body that nobody may read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")


def test_json_is_parsed() -> None:
    assert read_json(_request(b'{"a": [1, "\xc3\xa4"]}'), LIMIT) == {"a": [1, "ä"]}


def test_no_body_is_none() -> None:
    assert read_json(_request(b""), LIMIT) is None


def test_a_body_without_a_type_is_taken_as_json() -> None:
    assert read_json(_request(b"{}", ""), LIMIT) == {}


@pytest.mark.parametrize("body", [
    b"{", b"nonsense", b'{"a": NaN}', b'{"a": "\xff"}', b"\xff\xfe", b'{"a": "\\ud800"}', b'{"a": "\\u0000"}',
    b'{"a": "\x00"}', b"[" * 90,
])
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match="Malformed request body"):
        read_json(_request(body), LIMIT)


def test_deep_nesting_is_refused_and_not_followed() -> None:
    with pytest.raises(Invalid, match="Malformed request body"):
        read_json(_request(b"[" * 100_000), 200_000)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_another_language_is_refused(kind: str) -> None:
    with pytest.raises(UnsupportedMediaType, match=kind):
        read_json(_request(b"{}", kind), LIMIT)


def test_a_declared_length_over_the_limit_is_refused_before_reading() -> None:
    request = _request(b"")
    request.environ["CONTENT_LENGTH"] = str(LIMIT + 1)
    request.environ["wsgi.input"] = Untouchable()
    with pytest.raises(TooLarge, match="101 bytes"):
        read_json(request, LIMIT)


def test_a_chunked_body_is_read_no_further_than_the_limit() -> None:
    request = _chunked(b"x" * 10_000)
    with pytest.raises(TooLarge):
        read_json(request, LIMIT)
    assert request.environ["wsgi.input"].tell() <= LIMIT + 1


def test_a_chunked_body_within_the_limit_is_read() -> None:
    assert read_json(_chunked(b'{"a": 1}'), LIMIT) == {"a": 1}


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "٣", "0x10"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    request = _request(b"")
    request.environ["CONTENT_LENGTH"] = length
    with pytest.raises(Invalid, match="Content-Length"):
        read_json(request, LIMIT)


def test_two_lengths_are_refused() -> None:
    request = _chunked(b'{"a": 1}')
    request.environ["CONTENT_LENGTH"] = "8"
    with pytest.raises(Invalid, match="either Content-Length or Transfer-Encoding"):
        read_json(request, LIMIT)


@pytest.mark.parametrize("error", [ValueError("bad chunk"), OSError("gone")])
def test_a_body_that_breaks_off_is_refused(error: Exception) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise error

    request = _chunked(b"")
    request.environ["wsgi.input"] = Broken()
    with pytest.raises(Invalid, match="ended before its end"):
        read_json(request, LIMIT)


@pytest.mark.parametrize(("document", "depth"), [("1", 0), ("[]", 1), ('{"a": [[], {"b": {}}]}', 4), ('"[[[["', 0)])
def test_levels_are_counted(document: str, depth: int) -> None:
    bodies.parsed(document.encode())
    deeper = "[" * (bodies.DEEPEST - depth) + document + "]" * (bodies.DEEPEST - depth)
    assert bodies.parsed(deeper.encode())
    with pytest.raises(Invalid, match="nested"):
        bodies.parsed(f"[{deeper}]".encode())
