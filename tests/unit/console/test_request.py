"""What a client of the console proxy asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from nova_lite.console.pages import page
from nova_lite.console.request import Asked, foreign, parse


def asked(target: str = "/", **headers: str) -> Asked:
    return Asked("GET", target, {name.replace("_", "-"): value for name, value in headers.items()})


def test_a_websocket_is_recognised_with_its_token() -> None:
    found = parse(
        b"GET /?token=abc HTTP/1.1\r\nHost: h:6080\r\nUpgrade: WebSocket\r\nOrigin: http://h:6080\r\n\r\nmore"
    )
    assert found is not None
    assert (found.upgrade, found.token, found.path) == (True, "abc", "/")
    assert not foreign(found, ())


@pytest.mark.parametrize("head", [
    b"", b"\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n", b"GET http://x/ HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"GET / HTTP/1.1\r\nHost: h", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    b"GET //[ HTTP/1.1\r\n\r\n",
])
def test_what_is_no_request_is_none(head: bytes) -> None:
    assert parse(head) is None


def test_a_token_may_come_in_a_cookie_and_the_query_goes_first() -> None:
    assert asked(cookie="a=b; token=c").token == "c"
    assert asked("/?token=q", cookie="token=c").token == "q"
    assert asked().token == ""


@pytest.mark.parametrize(("origin", "allowed", "expected"), [
    ("http://h:6080", (), False), ("https://H:6080", (), False), ("http://evil", (), True), ("http://h:81", (), True),
    ("http://evil", ("evil",), False), ("null", (), True),
])
def test_pages_of_other_sites_are_foreign(origin: str, allowed: tuple[str, ...], expected: bool) -> None:
    assert foreign(asked(host="h:6080", origin=origin), allowed) is expected


def test_a_program_that_names_no_origin_is_not_foreign() -> None:
    assert not foreign(asked(host="h:6080"), ())


def test_pages_are_below_their_root(tmp_path: Path) -> None:
    root = tmp_path / "novnc"
    root.mkdir()
    (root / "vnc_auto.html").write_text("<html>")
    (tmp_path / "secret").write_text("secret")
    (root / "link").symlink_to(tmp_path / "secret")
    assert page(asked("/vnc_auto.html?path=x"), root).endswith(b"\r\n\r\n<html>")
    assert b"Content-Type: text/html" in page(asked("/vnc_auto.html"), root)
    for target in ("/../secret", "/%2e%2e/secret", "/link", "/none", "/", "/%00", "/" + "a" * 5000):
        answer = page(asked(target), root)
        assert answer.startswith(b"HTTP/1.1 404")
        assert b"secret" not in answer


def test_only_pages_are_read() -> None:
    assert page(Asked("POST", "/", {}), None).startswith(b"HTTP/1.1 405")
    assert page(asked(), None).startswith(b"HTTP/1.1 404")
