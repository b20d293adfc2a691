"""The tree of routes."""

from __future__ import annotations

from nova_lite.api.microversions import UNVERSIONED, v
from nova_lite.api.request import Request
from nova_lite.api.routing import Route, Router


def answer(request: Request[None]) -> None:
    """Nothing."""


def _route(method: str, path: str, since: str | None = None, until: str | None = None) -> Route[None]:
    return Route(
        method=method, path=path, handler=answer, since=v(since) if since else None, until=v(until) if until else None
    )


ROUTER = Router([
    _route("GET", "/"),
    _route("GET", "/servers"),
    _route("POST", "/servers"),
    _route("GET", "/servers/detail"),
    _route("GET", "/servers/{server_id}"),
    _route("GET", "/servers/{server_id}/metadata/{key}"),
])


def test_a_literal_segment_goes_before_a_variable_one() -> None:
    match = ROUTER.match("/servers/detail")
    assert match is not None
    assert match.routes[0].path == "/servers/detail"


def test_variable_segments_are_named() -> None:
    match = ROUTER.match("/servers/abc/metadata/color")
    assert match is not None
    assert match.path == {"server_id": "abc", "key": "color"}


def test_all_methods_of_a_path_are_found() -> None:
    match = ROUTER.match("/servers/")
    assert match is not None
    assert [route.method for route in match.routes] == ["GET", "POST"]


def test_an_unknown_path_is_not_found() -> None:
    assert ROUTER.match("/servers/a/b/c/d") is None
    assert ROUTER.match("/server") is None
    assert ROUTER.match("/servers//metadata/x") is None


def test_the_root_is_a_path() -> None:
    assert ROUTER.match("") is not None


def test_a_route_knows_the_versions_that_have_it() -> None:
    tags = _route("GET", "/tags", since="2.26", until="2.40")
    assert [tags.serves(v(text)) for text in ("2.25", "2.26", "2.40", "2.41")] == [False, True, True, False]
    assert tags.serves(UNVERSIONED)
