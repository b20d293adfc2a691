"""Refusals name the field."""

from __future__ import annotations

import pytest

from nova_lite.api.validation import Schema
from nova_lite.core.errors import Invalid

SERVER = Schema({
    "type": "object", "required": ["server"], "additionalProperties": False,
    "properties": {"server": {
        "type": "object", "required": ["name"], "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "format": "name"}, "id": {"type": "string", "format": "uuid"},
            "v4": {"type": "string", "format": "ipv4"}, "v6": {"type": "string", "format": "ipv6"},
            "when": {"type": "string", "format": "date-time"}, "data": {"type": "string", "format": "base64"},
            "like": {"type": "string", "format": "regex"}, "count": {"type": "integer"},
        },
    }},
})


@pytest.mark.parametrize(("field", "value"), [
    ("name", ""), ("name", " a"), ("name", "a "), ("name", "a\n"), ("name", 5), ("name", None), ("name", "\u200b"),
    ("id", "abc"), ("v4", "300.0.0.1"), ("v4", "1.2.3"), ("v6", "1.2.3.4"), ("v6", "::g"), ("when", "yesterday"),
    ("data", "%%%"), ("data", "abc"), ("like", "("),
    ("like", "(" * 1000), ("like", "a{99999999999}"), ("count", 2.0), ("count", True), ("count", "2"),
])
def test_a_bad_value_is_refused_by_its_fields_name(field: str, value: object) -> None:
    with pytest.raises(Invalid, match=f"Invalid input for field/attribute {field}") as refusal:
        SERVER.check({"server": {"name": "a", field: value}})
    assert refusal.value.details["field"] == f"server.{field}"


@pytest.mark.parametrize(("field", "value"), [
    ("name", "a b"), ("name", "日本"), ("id", "8e1b1d5c-9f2a-4f0a-9a55-0d5a8c9b1a11"),
    ("id", "8e1b1d5c9f2a4f0a9a550d5a8c9b1a11"),
    ("v4", "10.0.0.1"), ("v6", "fe80::1"), ("when", "2026-11-21T08:00:00Z"), ("data", "YWI="), ("data", "YW\nI="),
])
def test_a_good_value_is_accepted(field: str, value: object) -> None:
    SERVER.check({"server": {"name": "a", field: value}})


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(Invalid, match="'colour' was unexpected"):
        SERVER.check({"server": {"name": "a", "colour": "red"}})


def test_a_missing_field_is_named() -> None:
    with pytest.raises(Invalid, match="'name' is a required property"):
        SERVER.check({"server": {}})


def test_a_refusal_does_not_send_a_megabyte_back() -> None:
    with pytest.raises(Invalid) as refusal:
        SERVER.check({"server": {"name": "a", "id": "x" * 1_000_000}})
    assert len(refusal.value.message) < 2000
