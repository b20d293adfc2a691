"""Whatever comes, the answer is a refusal or a success, never a failure of ours."""

from __future__ import annotations

import http.client
import json
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.functional.identity.cloud import IdentityCloud

NOUNS = ("user", "group", "project", "domain", "role", "region", "service", "endpoint")
FIELDS = (
    "id", "name", "type", "domain_id", "parent_id", "is_domain", "enabled", "description", "password", "extra", "links",
    "tags", "options", "default_project_id", "parent_region_id", "service_id", "interface", "url", "region", "email",
)
IDS = ("", "admin", "0" * 32, "ä", "%00", "a%2fb", "..", "x" * 5000)

_scalar = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=300)
_json = st.recursive(
    _scalar, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
_record = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=9), _json, max_size=6)
_quickly = settings(max_examples=150)


def _status(cloud: IdentityCloud, method: str, path: str, body: bytes | None, token: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(cloud.root).netloc, timeout=60)
    try:
        headers = {"X-Auth-Token": token, "Content-Type": "application/json"}
        connection.request(method, f"/identity/v3{path}", body=body, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture(scope="module")
def ids(cloud: IdentityCloud, admin: str) -> dict[str, str]:
    """One record of each noun, to be maltreated."""
    found = {noun: cloud.create(noun, admin, name="victim")["id"] for noun in NOUNS[:6]}
    found["service"] = cloud.create("service", admin, type="victim")["id"]
    found["endpoint"] = cloud.create(
        "endpoint", admin, service_id=found["service"], interface="public", url="http://victim"
    )["id"]
    return found


@_quickly
@given(noun=st.sampled_from(NOUNS), record=_record)
def test_creating(cloud: IdentityCloud, admin: str, noun: str, record: object) -> None:
    assert _status(cloud, "POST", f"/{noun}s", json.dumps({noun: record}).encode(), admin) < 500


@_quickly
@given(noun=st.sampled_from(NOUNS), record=_record)
def test_changing(cloud: IdentityCloud, admin: str, ids: dict[str, str], noun: str, record: object) -> None:
    body = json.dumps({noun: record}).encode()
    assert _status(cloud, "PATCH", f"/{noun}s/{ids[noun]}", body, admin) < 500
    assert _status(cloud, "GET", f"/{noun}s/{ids[noun]}", None, admin) == 200


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_ids(cloud: IdentityCloud, admin: str, noun: str, method: str) -> None:
    body = json.dumps({noun: {"description": "x"}}).encode() if method == "PATCH" else None
    for id in IDS:
        assert _status(cloud, method, f"/{noun}s/{quote(id, safe='%')}", body, admin) in (200, 400, 404, 405), id


@_quickly
@given(noun=st.sampled_from(NOUNS), name=st.sampled_from(FIELDS), value=st.text(max_size=50))
def test_filters(cloud: IdentityCloud, admin: str, noun: str, name: str, value: str) -> None:
    assert _status(cloud, "GET", f"/{noun}s?{name}={quote(value)}", None, admin) in (200, 400)


@_quickly
@given(body=st.binary(max_size=60) | _json.map(lambda value: json.dumps({"auth": value}).encode()))
def test_logins(cloud: IdentityCloud, body: bytes) -> None:
    assert _status(cloud, "POST", "/auth/tokens", body, "") in (400, 401)


@_quickly
@given(user=_json, scope=_json)
def test_logins_of_the_right_form(cloud: IdentityCloud, user: object, scope: object) -> None:
    identity = {"methods": ["password"], "password": {"user": {"name": user, "domain": {"id": user}, "password": user}}}
    body = {"auth": {"identity": identity, "scope": {"project": {"id": scope}}}}
    assert _status(cloud, "POST", "/auth/tokens", json.dumps(body).encode(), "") in (400, 401)


def test_half_a_character_is_no_name(cloud: IdentityCloud, admin: str) -> None:
    assert _status(cloud, "POST", "/users", b'{"user": {"name": "\\ud800"}}', admin) == 400


def test_a_body_that_is_too_long_is_not_read(cloud: IdentityCloud, admin: str) -> None:
    assert _status(cloud, "POST", "/users", json.dumps({"user": {"name": "x" * 200_000}}).encode(), admin) == 413


@pytest.mark.parametrize("levels", [65, 200, 500, 900, 1500, 20_000])
def test_what_is_nested_too_deep_is_refused(cloud: IdentityCloud, admin: str, levels: int) -> None:
    deep = "[" * levels + "]" * levels
    body = f'{{"user": {{"name": "deep", "more": {deep}}}}}'.encode()
    assert _status(cloud, "POST", "/users", body, admin) == 400
