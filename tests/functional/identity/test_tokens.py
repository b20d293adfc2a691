"""Logging in and what a token is good for, over HTTP."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.clients.identity import DEFAULT, by_password, by_token
from tests.functional.identity.cloud import ADMIN_PASSWORD, IdentityCloud


def test_versions_are_found_without_a_token(cloud: IdentityCloud) -> None:
    answer = cloud.call("GET", "")
    assert answer.status == 200
    version = answer.json["version"]
    assert version["id"].startswith("v3.") and version["status"] == "stable"
    assert version["links"] == [{"rel": "self", "href": f"{cloud.url}/"}]
    with pytest.raises(urllib.error.HTTPError) as choice:
        urllib.request.urlopen(f"{cloud.root}/identity", timeout=60)
    with choice.value as all_versions:
        assert (all_versions.code, json.load(all_versions)) == (300, {"versions": {"values": [version]}})


def test_a_login_answers_with_the_token_and_what_it_states(cloud: IdentityCloud) -> None:
    answer = cloud.authenticate(by_password("admin", ADMIN_PASSWORD), "admin")
    assert answer.status == 201
    assert answer.headers["X-Subject-Token"].startswith("nl1.")
    assert answer.headers["X-OpenStack-Request-ID"].startswith("req-")
    token = answer.json["token"]
    assert token["user"]["domain"] == {"id": "default", "name": "Default"}
    assert token["project"]["name"] == "admin"
    assert re.fullmatch(r"[0-9a-f]{32}", token["project"]["id"])
    assert [role["name"] for role in token["roles"]] == ["admin", "manager", "member", "reader"]
    assert all(re.fullmatch(r"[0-9a-f]{32}", role["id"]) for role in token["roles"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", token["expires_at"])
    assert token["methods"] == ["password"]
    compute = next(entry for entry in token["catalog"] if entry["type"] == "compute")
    public = next(endpoint for endpoint in compute["endpoints"] if endpoint["interface"] == "public")
    assert (public["url"], public["region"], public["region_id"]) == (
        f"{cloud.root}/compute/v2.1", "RegionOne", "RegionOne",
    )


def test_users_and_projects_go_by_id_as_well(cloud: IdentityCloud, admin: str) -> None:
    me = cloud.call("GET", "/auth/tokens", token=admin, headers={"X-Subject-Token": admin}).json["token"]
    identity = {
        "methods": ["password"], "password": {"user": {"id": me["user"]["id"], "password": ADMIN_PASSWORD}},
    }
    scope = {"project": {"id": me["project"]["id"]}}
    answer = cloud.call("POST", "/auth/tokens", {"auth": {"identity": identity, "scope": scope}})
    assert answer.json["token"]["project"]["id"] == me["project"]["id"]


@pytest.mark.parametrize(("scope", "key"), [
    ({"system": {"all": True}}, "system"), ({"unscoped": {}}, None),
])
def test_other_scopes(cloud: IdentityCloud, scope: dict[str, Any], key: str | None) -> None:
    token = cloud.authenticate(by_password("admin", ADMIN_PASSWORD), **scope).json["token"]
    assert "project" not in token
    assert ("roles" in token, "catalog" in token) == (key is not None, key is not None)
    assert key is None or token[key] == {"all": True}


def test_the_catalog_is_left_out_when_asked(cloud: IdentityCloud, admin: str) -> None:
    body = {"auth": {
        "identity": by_token(admin), "scope": {"project": {"name": "admin", "domain": DEFAULT}},
    }}
    answer = cloud.call("POST", "/auth/tokens?nocatalog", body)
    assert answer.status == 201
    assert "catalog" not in answer.json["token"]
    assert answer.json["token"]["methods"] == ["password", "token"]


def test_wrong_user_wrong_password_and_wrong_project_get_the_same_answer(cloud: IdentityCloud, member: str) -> None:
    answers = [
        cloud.authenticate(by_password("rose", "wrong"), "rose"),
        cloud.authenticate(by_password("nobody", "secret"), "rose"),
        cloud.authenticate(by_password("rose", "secret"), "admin"),
        cloud.authenticate(by_password("rose", "secret"), "nowhere"),
    ]
    assert {answer.status for answer in answers} == {401}
    assert len({answer.json["error"]["message"] for answer in answers}) == 1
    assert answers[0].json["error"].keys() == {"code", "message", "title"}
    assert answers[0].headers["WWW-Authenticate"] == f'Keystone uri="{cloud.root}/identity"'


@pytest.mark.parametrize(("body", "field"), [
    ({}, "auth"), ({"auth": {}}, "identity"), ({"auth": {"identity": {}}}, "methods"),
    ({"auth": {"identity": {"methods": []}}}, "methods"),
    ({"auth": {"identity": {"methods": ["password"]}}}, "password"),
    ({"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "x"}}}}}, "password"),
    ({"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "x", "password": 1}}}}}, "password"),
    ({"auth": {"identity": {"methods": ["token"], "token": {"id": "x"}}, "scope": {"planet": {}}}}, "planet"),
    ({"auth": {"identity": {"methods": ["token"], "token": "x"}}}, "token"),
    ("text", "object"), ([1], "object"),
])
def test_a_malformed_login_is_told_what_is_wrong(cloud: IdentityCloud, body: object, field: str) -> None:
    answer = cloud.call("POST", "/auth/tokens", body)
    assert answer.status == 400
    assert field in answer.json["error"]["message"]


def test_an_unknown_method_is_not_accepted(cloud: IdentityCloud) -> None:
    assert cloud.authenticate({"methods": ["telepathy"]}).status == 400


def test_a_token_can_be_inspected_checked_and_revoked_by_its_bearer(cloud: IdentityCloud, member: str) -> None:
    subject = {"X-Subject-Token": member}
    shown = cloud.call("GET", "/auth/tokens", token=member, headers=subject)
    assert (shown.status, shown.json["token"]["user"]["name"]) == (200, "rose")
    assert shown.headers["X-Subject-Token"] == member
    checked = cloud.call("HEAD", "/auth/tokens", token=member, headers=subject)
    assert (checked.status, checked.json) == (200, None)
    assert cloud.call("DELETE", "/auth/tokens", token=member, headers=subject).status == 204
    assert cloud.call("GET", "/auth/projects", token=member).status == 401


def test_a_revoked_or_senseless_subject_is_not_found(cloud: IdentityCloud, admin: str, member: str) -> None:
    cloud.call("DELETE", "/auth/tokens", token=admin, headers={"X-Subject-Token": member})
    for subject in (member, "nonsense", ""):
        for method, status in (("GET", 404), ("HEAD", 404), ("DELETE", 404)):
            assert cloud.call(
                method, "/auth/tokens", token=admin, headers={"X-Subject-Token": subject}
            ).status == status


def test_others_tokens_are_not_shown_to_a_member(cloud: IdentityCloud, admin: str, member: str) -> None:
    assert cloud.call("GET", "/auth/tokens", token=member, headers={"X-Subject-Token": admin}).status == 403


@pytest.mark.parametrize("token", ["", "nonsense", "nl1.0000000000000000.AAAA.AAAA"])
def test_without_a_valid_token_nothing_is_told(cloud: IdentityCloud, token: str) -> None:
    for path in ("/users", "/projects/0", "/nowhere"):
        answer = cloud.call("GET", path, token=token)
        assert answer.status == 401, path


def test_the_bearers_reach(cloud: IdentityCloud, member: str) -> None:
    projects = cloud.call("GET", "/auth/projects", token=member).json
    assert [project["name"] for project in projects["projects"]] == ["rose"]
    assert projects["links"] == {"self": f"{cloud.url}/auth/projects", "previous": None, "next": None}
    assert cloud.call("GET", "/auth/domains", token=member).json["domains"] == []
    assert cloud.call("GET", "/auth/system", token=member).json["system"] == []
    types = [entry["type"] for entry in cloud.call("GET", "/auth/catalog", token=member).json["catalog"]]
    assert types == ["compute", "identity", "image", "network"]


def test_an_application_credential_logs_in(cloud: IdentityCloud, member: str) -> None:
    user_id = cloud.call("GET", "/auth/tokens", token=member, headers={"X-Subject-Token": member}).json["token"][
        "user"]["id"]
    path = f"/users/{user_id}/application_credentials"
    made = cloud.call(
        "POST", path, {"application_credential": {"name": "robot", "roles": [{"name": "reader"}]}}, member
    )
    assert made.status == 201, made
    credential = made.json["application_credential"]
    identity = {
        "methods": ["application_credential"],
        "application_credential": {"id": credential["id"], "secret": credential["secret"]},
    }
    answer = cloud.authenticate(identity)
    assert [role["name"] for role in answer.json["token"]["roles"]] == ["reader"]
    token = answer.headers["X-Subject-Token"]
    assert cloud.call("POST", path, {"application_credential": {"name": "child"}}, token).status == 403
    listed = cloud.call("GET", path, token=member).json["application_credentials"]
    assert [("secret" in item, item["name"]) for item in listed] == [(False, "robot")]
    refused = cloud.call("POST", path, {"application_credential": {"name": "x", "roles": [{"name": "admin"}]}}, member)
    assert (refused.status, "roles" in refused.json["error"]["message"]) == (400, True)
    assert cloud.call("DELETE", f"{path}/{credential['id']}", token=member).status == 204
    assert cloud.authenticate(identity).status == 401


def test_a_token_that_is_no_more_cannot_be_turned_into_another(cloud: IdentityCloud, member: str) -> None:
    cloud.call("DELETE", "/auth/tokens", token=member, headers={"X-Subject-Token": member})
    for token in (member, "nonsense"):
        assert cloud.authenticate(by_token(token)).status == 404


def _robot(cloud: IdentityCloud, token: str, **fields: object) -> tuple[str, str]:
    """The path of the bearer's application credentials, and a token by a new one."""
    user_id = cloud.call(
        "GET", "/auth/tokens", token=token, headers={"X-Subject-Token": token}
    ).json["token"]["user"]["id"]
    path = f"/users/{user_id}/application_credentials"
    made = cloud.call("POST", path, {"application_credential": fields}, token).json["application_credential"]
    identity = {"methods": ["application_credential"],
                "application_credential": {"id": made["id"], "secret": made["secret"]}}
    return path, cloud.authenticate(identity).headers["X-Subject-Token"]


def test_a_credential_gives_no_more_than_the_token_that_makes_it(cloud: IdentityCloud, member: str) -> None:
    path, token = _robot(cloud, member, name="little", roles=[{"name": "reader"}], unrestricted=True)
    asked = {"application_credential": {"name": "more", "roles": [{"name": "member"}]}}
    assert cloud.call("POST", path, asked, token).status == 400
    child = cloud.call("POST", path, {"application_credential": {"name": "child"}}, token)
    assert [role["name"] for role in child.json["application_credential"]["roles"]] == ["reader"]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999999"])
def test_a_credential_may_end_at_the_end_of_time(cloud: IdentityCloud, member: str, moment: str) -> None:
    _, token = _robot(cloud, member, name="old", expires_at=moment)
    assert token


def test_projects_that_are_reached_from_above_are_listed(cloud: IdentityCloud, admin: str) -> None:
    domain = cloud.create("domain", admin, name="heights")
    above = cloud.create("project", admin, name="above", domain_id=domain["id"])
    below = cloud.create("project", admin, name="below", parent_id=above["id"])
    user = cloud.create("user", admin, name="climber", password="secret")
    role = cloud.role_id("member", admin)
    grant = f"/OS-INHERIT/domains/{domain['id']}/users/{user['id']}/roles/{role}/inherited_to_projects"
    assert cloud.call("PUT", grant, token=admin).status == 204
    token = cloud.login("climber", "secret", None)
    listed = cloud.call("GET", "/auth/projects", token=token).json["projects"]
    assert {project["id"] for project in listed} == {above["id"], below["id"]}
    assert cloud.call("GET", "/auth/domains", token=token).json["domains"] == []
