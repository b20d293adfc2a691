"""What clients may expect of Identity v3, of whomever they get it."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from nova_lite.core.ids import new_hex
from tests.clients.identity import IdentityClient, by_password, by_token

PASSWORD = "a password of theirs"


@dataclasses.dataclass(frozen=True)
class Person:
    """A member of a project; ``name`` is also the project's."""

    name: str
    id: str
    project_id: str
    token: str


@pytest.fixture
def person(identity: IdentityClient, admin: str) -> Person:
    name = f"p-{new_hex()}"
    project = identity.create("project", admin, name=name)
    user = identity.create("user", admin, name=name, password=PASSWORD, email="p@example.org")
    role = identity.role_id("member", admin)
    assigned = identity.call("PUT", f"/projects/{project['id']}/users/{user['id']}/roles/{role}", token=admin)
    assert assigned.status == 204
    return Person(name, user["id"], project["id"], identity.login(name, PASSWORD, name))


def shown(identity: IdentityClient, token: str, subject: str) -> tuple[int, Any]:
    """Status and statement of a token."""
    answer = identity.call("GET", "/auth/tokens", token=token, headers={"X-Subject-Token": subject})
    return answer.status, (answer.json or {}).get("token")


def test_the_version_is_found_without_a_token(identity: IdentityClient) -> None:
    answer = identity.call("GET", "")
    assert answer.status == 200
    assert answer.json["version"]["id"].startswith("v3.")
    assert answer.json["version"]["status"] == "stable"


def test_a_token_states_who_and_what_for(identity: IdentityClient, admin: str, person: Person) -> None:
    status, token = shown(identity, admin, person.token)
    assert status == 200
    assert token["user"] == {
        "id": person.id, "name": person.name, "password_expires_at": None,
        "domain": {"id": "default", "name": "Default"},
    }
    assert token["project"] == {
        "id": person.project_id, "name": person.name, "domain": {"id": "default", "name": "Default"},
    }
    assert sorted(role["name"] for role in token["roles"]) == ["member", "reader"]  # one implies the other
    assert (token["methods"], token["is_domain"], len(token["audit_ids"])) == (["password"], False, 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", token["expires_at"])
    identities = [service for service in token["catalog"] if service["type"] == "identity"]
    assert {"public"} <= {endpoint["interface"] for endpoint in identities[0]["endpoints"]}


@pytest.mark.parametrize(
    ("scope", "key"),
    [({}, None), ({"domain": {"id": "default"}}, "domain"), ({"system": {"all": True}}, "system")],
)
def test_tokens_have_other_scopes(
    identity: IdentityClient, admin: str, scope: dict[str, Any], key: str | None
) -> None:
    if "domain" in scope:
        role, user = identity.role_id("admin", admin), shown(identity, admin, admin)[1]["user"]["id"]
        identity.call("PUT", f"/domains/default/users/{user}/roles/{role}", token=admin)
    _, token = shown(identity, admin, identity.login(project=None, **scope))
    assert {name for name in ("project", "domain", "system") if name in token} == ({key} if key else set())
    assert ("roles" in token) == (key is not None)


def test_an_unscoped_token_becomes_a_scoped_one(identity: IdentityClient, admin: str, person: Person) -> None:
    unscoped = identity.login(person.name, PASSWORD, None)
    answer = identity.authenticate(by_token(unscoped), person.name)
    assert answer.status == 201
    token = answer.json["token"]
    assert (sorted(token["methods"]), len(token["audit_ids"])) == (["password", "token"], 2)


def test_a_stranger_and_a_wrong_password_get_one_answer(identity: IdentityClient, person: Person) -> None:
    answers = [
        identity.authenticate(by_password(user, password), project)
        for user, password, project in
        ((person.name, "wrong", person.name), ("nobody", PASSWORD, person.name), (person.name, PASSWORD, "admin"))
    ]
    assert [answer.status for answer in answers] == [401, 401, 401]
    assert answers[0].json["error"]["title"] == "Unauthorized"
    assert answers[0].json["error"]["message"] == answers[1].json["error"]["message"]


def test_guessing_a_password_is_slowed_down(identity: IdentityClient, person: Person) -> None:
    def refused() -> bool:
        for _ in range(6):
            assert identity.authenticate(by_password(person.name, "wrong")).status == 401
        return identity.authenticate(by_password(person.name, PASSWORD)).status == 401

    # Two seconds is how long we listen to nobody, and how long one request may take on a busy machine.
    assert any(refused() for _ in range(5))


def test_a_revoked_token_is_no_more(identity: IdentityClient, admin: str, person: Person) -> None:
    subject = {"X-Subject-Token": person.token}
    assert identity.call("HEAD", "/auth/tokens", token=admin, headers=subject).status == 200
    assert identity.call("DELETE", "/auth/tokens", token=person.token, headers=subject).status == 204
    assert shown(identity, admin, person.token)[0] == 404
    assert identity.call("GET", "/auth/projects", token=person.token).status == 401
    assert identity.authenticate(by_token(person.token), person.name).status in (401, 404)


@pytest.mark.parametrize("what", ["users", "projects"])
def test_what_is_disabled_takes_its_tokens_along(
    identity: IdentityClient, admin: str, person: Person, what: str
) -> None:
    record = person.id if what == "users" else person.project_id
    assert identity.call("PATCH", f"/{what}/{record}", {what[:-1]: {"enabled": False}}, admin).status == 200
    assert shown(identity, admin, person.token)[0] == 404
    assert identity.authenticate(by_password(person.name, PASSWORD), person.name).status == 401


def test_a_role_taken_away_is_in_no_token(identity: IdentityClient, admin: str, person: Person) -> None:
    role = identity.role_id("member", admin)
    path = f"/projects/{person.project_id}/users/{person.id}/roles/{role}"
    assert identity.call("HEAD", path, token=admin).status == 204
    assert identity.call("DELETE", path, token=admin).status == 204
    assert identity.call("HEAD", path, token=admin).status == 404
    assert shown(identity, admin, person.token)[0] == 404


def test_an_application_credential_logs_in_until_it_is_deleted(
    identity: IdentityClient, admin: str, person: Person
) -> None:
    path = f"/users/{person.id}/application_credentials"
    made = identity.call("POST", path, {"application_credential": {"name": "robot"}}, person.token)
    assert made.status == 201
    credential = made.json["application_credential"]
    method = {"methods": ["application_credential"], "application_credential": {
        "id": credential["id"], "secret": credential["secret"]}}
    answer = identity.authenticate(method)
    assert (answer.status, answer.json["token"]["project"]["id"]) == (201, person.project_id)
    assert identity.call("DELETE", f"{path}/{credential['id']}", token=person.token).status == 204
    assert identity.authenticate(method).status in (401, 404)
    assert shown(identity, admin, answer.headers["X-Subject-Token"])[0] == 404


def test_an_application_credential_may_be_limited_by_access_rules(
    identity: IdentityClient, admin: str, person: Person
) -> None:
    home = f"/users/{person.id}"
    rule = {"service": "identity", "method": "GET", "path": "/**/auth/projects"}
    made = identity.call("POST", f"{home}/application_credentials", {"application_credential": {
        "name": "robot", "roles": [{"name": "reader"}], "access_rules": [rule]}}, person.token)
    assert made.status == 201, made
    credential = made.json["application_credential"]
    assert [{name: each[name] for name in rule} for each in credential["access_rules"]] == [rule]
    method = {"methods": ["application_credential"], "application_credential": {
        "id": credential["id"], "secret": credential["secret"]}}
    token = identity.authenticate(method).headers["X-Subject-Token"]
    assert [identity.call(*ask, token=token).status for ask in (
        ("GET", "/auth/projects"), ("HEAD", "/auth/projects"), ("GET", "/auth/domains"), ("GET", home))
    ] == [200, 401, 401, 401]
    assert shown(identity, admin, token)[0] == 404, "who does not mind rules is told nothing"
    minds = {"X-Subject-Token": token, "OpenStack-Identity-Access-Rules": "1.0"}
    told = identity.call("GET", "/auth/tokens", token=token, headers=minds).json["token"]["application_credential"]
    assert told == {"id": credential["id"], "name": "robot", "restricted": True,
                    "access_rules": credential["access_rules"]}


def test_an_access_rule_is_shown_and_stays_while_it_is_used(identity: IdentityClient, person: Person) -> None:
    home = f"/users/{person.id}"
    rule = {"service": "compute", "method": "POST", "path": "/v2.1/servers"}

    def make(name: str, rule: dict[str, str]) -> Any:
        body = {"application_credential": {"name": name, "access_rules": [rule]}}
        return identity.call("POST", f"{home}/application_credentials", body, person.token)

    robots = [make(name, rule).json["application_credential"] for name in ("one", "two")]
    (known,) = identity.call("GET", f"{home}/access_rules", token=person.token).json["access_rules"]
    assert {known["id"]} == {robot["access_rules"][0]["id"] for robot in robots}
    path = f"{home}/access_rules/{known['id']}"
    assert identity.call("GET", path, token=person.token).json == {"access_rule": known}
    assert known["links"]["self"].endswith(f"/access_rules/{known['id']}")  # Keystone's own forgets the user
    assert identity.call("DELETE", path, token=person.token).status == 403
    for robot in robots:
        identity.call("DELETE", f"{home}/application_credentials/{robot['id']}", token=person.token)
    assert make("three", {"id": known["id"]}).status == 201
    left = identity.call("GET", f"{home}/application_credentials", token=person.token)
    (three,) = left.json["application_credentials"]
    identity.call("DELETE", f"{home}/application_credentials/{three['id']}", token=person.token)
    gone = identity.call("DELETE", path, token=person.token)
    assert gone.status == 204, gone
    assert identity.call("GET", path, token=person.token).status == 404


@pytest.mark.parametrize("rule", [
    {"service": "compute", "method": "GET", "path": "servers"}, {"service": "compute", "method": "TRACE", "path": "/"},
    {"service": "compute", "method": "GET", "path": "/" * 226}, {"service": 1, "method": "GET", "path": "/"}, "text",
])
def test_a_bad_access_rule_is_refused(identity: IdentityClient, person: Person, rule: object) -> None:
    body = {"application_credential": {"name": "robot", "access_rules": [rule]}}
    answer = identity.call("POST", f"/users/{person.id}/application_credentials", body, person.token)
    assert answer.status == 400, answer


def test_an_application_credential_does_not_choose_its_scope(identity: IdentityClient, person: Person) -> None:
    body = {"application_credential": {"name": "robot"}}
    made = identity.call("POST", f"/users/{person.id}/application_credentials", body, person.token)
    credential = made.json["application_credential"]
    method = {"methods": ["application_credential"], "application_credential": {
        "id": credential["id"], "secret": credential["secret"]}}
    assert identity.authenticate(method, person.name).status == 401
    assert identity.authenticate(method, unscoped={}).status == 401
    assert identity.authenticate(method).status == 201


def test_ones_own_password_is_changed_with_the_old_one(identity: IdentityClient, admin: str, person: Person) -> None:
    path = f"/users/{person.id}/password"
    wrong = {"user": {"original_password": "wrong", "password": "new password"}}
    assert identity.call("POST", path, wrong, person.token).status == 401
    right = {"user": {"original_password": PASSWORD, "password": "new password"}}
    assert identity.call("POST", path, right, person.token).status == 204
    assert shown(identity, admin, person.token)[0] == 404
    assert identity.authenticate(by_password(person.name, PASSWORD), person.name).status == 401
    assert identity.authenticate(by_password(person.name, "new password"), person.name).status == 201


def test_records_are_found_changed_and_deleted(identity: IdentityClient, admin: str, person: Person) -> None:
    found = identity.call("GET", f"/users?name={person.name}", token=admin)
    assert [user["id"] for user in found.json["users"]] == [person.id]
    taken = identity.call("POST", "/users", {"user": {"name": person.name}}, admin)
    assert (taken.status, taken.json["error"]["title"]) == (409, "Conflict")
    renamed = identity.call("PATCH", f"/projects/{person.project_id}", {"project": {"description": "d"}}, admin)
    assert (renamed.status, renamed.json["project"]["description"]) == (200, "d")
    assert identity.call("DELETE", f"/users/{person.id}", token=admin).status == 204
    gone = identity.call("GET", f"/users/{person.id}", token=admin)
    assert (gone.status, gone.json["error"]["code"]) == (404, 404)


def test_a_member_administers_nothing(identity: IdentityClient, person: Person) -> None:
    assert identity.call("GET", "/users", token=person.token).status == 403
    assert identity.call("POST", "/projects", {"project": {"name": "mine"}}, person.token).status == 403
    own = identity.call("GET", "/auth/projects", token=person.token)
    assert [project["id"] for project in own.json["projects"]] == [person.project_id]


def test_a_service_with_endpoints_is_in_new_catalogs(identity: IdentityClient, admin: str, person: Person) -> None:
    service = identity.create("service", admin, type=f"t-{new_hex()}", name="thing")
    url = "http://thing.example.org/$(project_id)s"
    endpoint = identity.create(
        "endpoint", admin, service_id=service["id"], interface="public", url=url, region_id="RegionOne"
    )
    _, token = shown(identity, admin, identity.login(person.name, PASSWORD, person.name))
    mine = next(entry for entry in token["catalog"] if entry["type"] == service["type"])
    assert mine["endpoints"] == [{
        "id": endpoint["id"], "interface": "public", "region": "RegionOne", "region_id": "RegionOne",
        "url": f"http://thing.example.org/{person.project_id}",
    }]


@pytest.mark.parametrize("body", [{"user": {}}, {"user": {"name": 1}}, {"user": {"name": "x", "enabled": "maybe"}}, {}])
def test_a_bad_body_is_refused(identity: IdentityClient, admin: str, body: object) -> None:
    assert identity.call("POST", "/users", body, admin).status == 400


def test_without_a_token_nothing_is_told(identity: IdentityClient) -> None:
    for token in ("", "made up"):
        assert identity.call("GET", "/users", token=token).status == 401
