"""Negotiation: what a request asks for, and what it gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_lite.api.errors import NotAcceptable
from nova_lite.api.microversions import UNVERSIONED, ByVersion, Microversion, VersionRange, v
from nova_lite.core.errors import Invalid

SERVED = VersionRange("compute", "X-OpenStack-Nova-API-Version", v("2.1"), v("2.100"))


@pytest.mark.parametrize(("headers", "expected"), [
    ({}, "2.1"),
    ({"OpenStack-API-Version": "compute 2.60"}, "2.60"),
    ({"OpenStack-API-Version": "compute latest"}, "2.100"),
    ({"OpenStack-API-Version": "volume 3.60"}, "2.1"),
    ({"OpenStack-API-Version": "volume 3.60, compute 2.9"}, "2.9"),
    ({"X-OpenStack-Nova-API-Version": "2.10"}, "2.10"),
    ({"X-OpenStack-Nova-API-Version": "2.10", "OpenStack-API-Version": "compute 2.20"}, "2.20"),
    ({"X-OpenStack-Nova-API-Version": "latest"}, "2.100"),
])
def test_a_request_gets_the_version_it_asks_for(headers: dict[str, str], expected: str) -> None:
    assert SERVED.negotiate(headers) == v(expected)


@pytest.mark.parametrize("text", ["2", "2.", "2.01", "two", "2.1.1", "-2.1", "2.1e3", "02.1", "٢.١"])
def test_a_version_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="invalid format"):
        SERVED.negotiate({"OpenStack-API-Version": f"compute {text}"})


@pytest.mark.parametrize("text", ["2.0", "2.101", "3.1", "1.1", "2.9999"])
def test_a_version_that_is_not_served_is_refused(text: str) -> None:
    with pytest.raises(NotAcceptable, match=r"Minimum is 2\.1 and maximum is 2\.100"):
        SERVED.negotiate({"OpenStack-API-Version": f"compute {text}"})


@given(st.integers(1, 999), st.integers(0, 999))
def test_a_version_survives_its_text(major: int, minor: int) -> None:
    assert Microversion.parse(str(Microversion(major, minor))) == (major, minor)


def test_ten_is_later_than_nine() -> None:
    assert v("2.10") > v("2.9")


def test_a_table_gives_the_entry_that_began_last() -> None:
    table = ByVersion(("2.1", "old"), ("2.37", "new"))
    assert [table.at(v(text)) for text in ("2.1", "2.36", "2.37", "2.100")] == ["old", "old", "new", "new"]


def test_a_table_has_nothing_before_its_first_entry() -> None:
    assert ByVersion(("2.26", "tags")).at(v("2.25")) is None


def test_without_microversions_the_last_entry_holds() -> None:
    assert ByVersion(("2.1", "old"), ("2.37", "new")).at(UNVERSIONED) == "new"


def test_the_answer_names_its_version_for_clients_and_caches() -> None:
    assert SERVED.reply_headers(v("2.60")) == {
        "OpenStack-API-Version": "compute 2.60", "X-OpenStack-Nova-API-Version": "2.60",
        "Vary": "OpenStack-API-Version, X-OpenStack-Nova-API-Version",
    }
