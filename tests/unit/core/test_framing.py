"""Where a request ends, by its headers."""

from __future__ import annotations

import pytest

from nova_lite.core.concurrency.framing import ambiguity


@pytest.mark.parametrize("headers", [
    [], [("Host", "a"), ("Content-Length", " 2\t")], [("Transfer-Encoding", "\tChunked ")],
])
def test_what_everybody_reads_alike_is_taken(headers: list[tuple[str, str]]) -> None:
    assert ambiguity(headers) is None


@pytest.mark.parametrize("blank", ["\x0b", "\x0c", "\x1c", "\x85", "\xa0", "\u2003"])
@pytest.mark.parametrize(("name", "value"), [("Content-Length", "2"), ("Transfer-Encoding", "chunked")])
def test_what_only_python_takes_for_a_blank_is_none(name: str, value: str, blank: str) -> None:
    assert ambiguity([(name, f"{value}{blank}")]) and ambiguity([(name, f"{blank}{value}")])


def test_a_request_is_for_one_host() -> None:
    assert ambiguity([("Host", "a"), ("host", "a")]) == "there is more than one Host"
