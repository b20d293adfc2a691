"""Users, projects, domains, roles and the catalog, over HTTP."""

from __future__ import annotations

import re

import pytest

from tests.functional.identity.cloud import IdentityCloud

NOWHERE = "0" * 32

# What is enough to create one of each, and one change.
NOUNS = [
    ("user", {"name": "n1", "email": "n@example.org"}, {"name": "n2", "description": "changed"}),
    ("group", {"name": "n1"}, {"name": "n2", "description": "changed"}),
    ("project", {"name": "n1", "description": "first", "tags": ["a"]}, {"description": "changed", "enabled": False}),
    ("domain", {"name": "n1"}, {"description": "changed", "enabled": False}),
    ("role", {"name": "n1"}, {"name": "n2", "description": "changed"}),
    ("region", {"description": "first"}, {"description": "changed"}),
    ("service", {"type": "n1", "name": "first"}, {"name": "changed", "enabled": False}),
]


@pytest.mark.parametrize(("noun", "fields", "changes"), NOUNS, ids=[noun for noun, _, _ in NOUNS])
def test_a_record_lives_and_dies(
    cloud: IdentityCloud, admin: str, noun: str, fields: dict[str, object], changes: dict[str, object]
) -> None:
    record = cloud.create(noun, admin, **fields)
    path = f"/{noun}s/{record['id']}"
    assert {name: record[name] for name in fields} == fields
    assert record["links"] == {"self": f"{cloud.url}{path}"}
    assert re.fullmatch("[0-9a-f]{32}", record["id"])
    assert cloud.call("GET", path, token=admin).json[noun] == record
    assert record in cloud.call("GET", f"/{noun}s", token=admin).json[f"{noun}s"]
    changed = cloud.call("PATCH", path, {noun: changes}, admin)
    assert changed.status == 200, changed
    assert changed.json[noun] == {**record, **changes}
    assert cloud.call("DELETE", path, token=admin).status == 204
    for method in ("GET", "HEAD", "DELETE"):
        assert cloud.call(method, path, token=admin).status == 404
    assert cloud.call("PATCH", path, {noun: changes}, admin).status == 404


@pytest.mark.parametrize(("noun", "fields", "changes"), NOUNS, ids=[noun for noun, _, _ in NOUNS])
def test_a_member_may_not(
    cloud: IdentityCloud, member: str, noun: str, fields: dict[str, object], changes: dict[str, object]
) -> None:
    assert cloud.call("POST", f"/{noun}s", {noun: fields}, member).status == 403
    assert cloud.call("PATCH", f"/{noun}s/{NOWHERE}", {noun: changes}, member).status == 403
    assert cloud.call("DELETE", f"/{noun}s/{NOWHERE}", token=member).status == 403
    expected = 200 if noun == "region" else 403
    assert cloud.call("GET", f"/{noun}s", token=member).status == expected
    assert cloud.call("GET", f"/{noun}s/{NOWHERE}", token=member).status == (404 if noun == "region" else 403)


@pytest.mark.parametrize(("noun", "name"), [
    ("user", "admin"), ("project", "admin"), ("domain", "Default"), ("role", "member"),
])
def test_a_name_that_is_taken_is_a_conflict(cloud: IdentityCloud, admin: str, noun: str, name: str) -> None:
    answer = cloud.call("POST", f"/{noun}s", {noun: {"name": name}}, admin)
    assert answer.status == 409
    assert noun in answer.json["error"]["message"]
    other = cloud.create(noun, admin, name="another")
    assert cloud.call("PATCH", f"/{noun}s/{other['id']}", {noun: {"name": name}}, admin).status == 409
    if noun == "domain":
        cloud.call("PATCH", f"/domains/{other['id']}", {"domain": {"enabled": False}}, admin)
    assert cloud.call("DELETE", f"/{noun}s/{other['id']}", token=admin).status == 204


@pytest.mark.parametrize(("noun", "body", "field"), [
    ("user", {}, "name"), ("user", {"name": ""}, "name"), ("user", {"name": " "}, "name"),
    ("user", {"name": 5}, "name"), ("user", {"name": "x" * 256}, "name"),
    ("user", {"name": "x", "enabled": "no"}, "enabled"),
    ("user", {"name": "x", "password": ""}, "password"),
    ("project", {"name": "x" * 65}, "name"), ("project", {"name": "x", "parent_id": NOWHERE}, "parent_id"),
    ("project", {"name": "x", "tags": ["a", "a"]}, "tags"), ("domain", {"name": "x" * 65}, "name"),
    ("role", {"name": None}, "name"), ("service", {"name": "x"}, "type"),
    ("endpoint", {"service_id": NOWHERE, "interface": "public", "url": "http://a"}, "service_id"),
    ("endpoint", {"service_id": NOWHERE, "interface": "secret", "url": "http://a"}, "interface"),
    ("region", {"parent_region_id": "nowhere"}, "parent_region_id"),
])
def test_a_bad_body_is_told_which_field(
    cloud: IdentityCloud, admin: str, noun: str, body: dict[str, object], field: str
) -> None:
    answer = cloud.call("POST", f"/{noun}s", {noun: body}, admin)
    assert answer.status == 400
    assert field in answer.json["error"]["message"]


def test_lists_are_filtered(cloud: IdentityCloud, admin: str) -> None:
    def names(path: str) -> list[str]:
        plural = path.split("?")[0]
        return sorted(item["name"] for item in cloud.call("GET", f"/{path}", token=admin).json[plural])

    assert names("users?name=admin") == ["admin"]
    assert names("users?name=nobody") == []
    assert names("users?enabled=false") == []
    assert names("projects?domain_id=default&enabled=True") == ["admin", "service"]
    assert names(f"projects?domain_id={NOWHERE}") == []
    assert names("projects?parent_id=default") == ["admin", "service"]
    assert names("domains?name=Default&enabled=1") == ["Default"]
    assert names("roles?name=member") == ["member"]
    assert names("services?type=image") == ["glance"]


def test_names_are_looked_up_as_ids_first(cloud: IdentityCloud, admin: str) -> None:
    for path in ("users/admin", "projects/admin", "roles/member", "domains/Default", "services/nova"):
        assert cloud.call("GET", f"/{path}", token=admin).status == 404


def test_a_user_sees_itself_its_project_and_its_domain(cloud: IdentityCloud, member: str) -> None:
    token = cloud.call("GET", "/auth/tokens", token=member, headers={"X-Subject-Token": member}).json["token"]
    user, project = token["user"]["id"], token["project"]["id"]
    shown = cloud.call("GET", f"/users/{user}", token=member).json["user"]
    assert (shown["email"], "password" in shown) == ("rose@example.org", False)
    assert cloud.call("GET", f"/projects/{project}", token=member).json["project"]["name"] == "rose"
    assert cloud.call("GET", "/domains/default", token=member).status == 200
    assert cloud.call("GET", f"/users/{user}/projects", token=member).json["projects"][0]["id"] == project
    assert cloud.call("GET", f"/users/{user}/groups", token=member).json["groups"] == []


class TestPasswords:
    def test_a_user_changes_its_own_and_the_old_token_ends(self, cloud: IdentityCloud, member: str) -> None:
        user = cloud.call(
            "GET", "/auth/tokens", token=member, headers={"X-Subject-Token": member}
        ).json["token"]["user"]
        path = f"/users/{user['id']}/password"
        wrong = {"user": {"original_password": "wrong", "password": "new"}}
        assert cloud.call("POST", path, wrong, member).status == 401
        assert cloud.call("POST", path, {"user": {"password": "new"}}, member).status == 400
        right = {"user": {"original_password": "secret", "password": "new"}}
        assert cloud.call("POST", path, right, member).status == 204
        assert cloud.call("GET", "/auth/projects", token=member).status == 401
        cloud.login("rose", "new", "rose")

    def test_an_administrator_sets_it(self, cloud: IdentityCloud, admin: str) -> None:
        user = cloud.create("user", admin, name="lily", password="one")
        cloud.call("PATCH", f"/users/{user['id']}", {"user": {"password": "two"}}, admin)
        cloud.login("lily", "two", None)
        assert cloud.call("DELETE", f"/users/{user['id']}", token=admin).status == 204


class TestDomains:
    def test_an_enabled_domain_stays_a_disabled_one_goes_with_all_it_holds(
        self, cloud: IdentityCloud, admin: str
    ) -> None:
        domain = cloud.create("domain", admin, name="elsewhere")
        user = cloud.create("user", admin, name="rose", domain_id=domain["id"])
        project = cloud.create("project", admin, name="garden", domain_id=domain["id"])
        path = f"/domains/{domain['id']}"
        assert cloud.call("DELETE", path, token=admin).status == 403
        cloud.call("PATCH", path, {"domain": {"enabled": False}}, admin)
        assert cloud.call("DELETE", path, token=admin).status == 204
        for gone in (path, f"/users/{user['id']}", f"/projects/{project['id']}"):
            assert cloud.call("GET", gone, token=admin).status == 404

    def test_a_project_may_act_as_a_domain(self, cloud: IdentityCloud, admin: str) -> None:
        project = cloud.create("project", admin, name="acting", is_domain=True)
        assert (project["domain_id"], project["parent_id"], project["is_domain"]) == (None, None, True)
        assert cloud.call("GET", f"/domains/{project['id']}", token=admin).json["domain"]["name"] == "acting"
        cloud.call("PATCH", f"/projects/{project['id']}", {"project": {"enabled": False}}, admin)
        assert cloud.call("DELETE", f"/projects/{project['id']}", token=admin).status == 204

    def test_a_project_below_another_is_in_its_domain(self, cloud: IdentityCloud, admin: str) -> None:
        above = cloud.create("project", admin, name="above")
        below = cloud.create("project", admin, name="below", parent_id=above["id"])
        assert (below["domain_id"], below["parent_id"]) == ("default", above["id"])
        assert cloud.call("DELETE", f"/projects/{above['id']}", token=admin).status == 403
        for project in (below, above):
            assert cloud.call("DELETE", f"/projects/{project['id']}", token=admin).status == 204


def test_a_region_may_be_put_under_a_name(cloud: IdentityCloud, admin: str) -> None:
    assert cloud.call("PUT", "/regions/north", {"region": {"parent_region_id": "RegionOne"}}, admin).status == 201
    assert cloud.call("PUT", "/regions/north", {"region": {}}, admin).status == 409
    below = cloud.call("GET", "/regions?parent_region_id=RegionOne", token=admin).json["regions"]
    assert [region["id"] for region in below] == ["north"]
    assert cloud.call("DELETE", "/regions/RegionOne", token=admin).status == 403
    assert cloud.call("DELETE", "/regions/north", token=admin).status == 204


def test_an_endpoint_appears_in_the_catalog_with_the_project_filled_in(cloud: IdentityCloud, admin: str) -> None:
    service = cloud.create("service", admin, type="volumev3", name="cinder")
    endpoint = cloud.create(
        "endpoint", admin, service_id=service["id"], interface="public", url="http://v/$(project_id)s", region="R2"
    )
    assert (endpoint["region_id"], endpoint["region"]) == ("R2", "R2")
    entries = cloud.call("GET", "/auth/catalog", token=admin).json["catalog"]
    url = next(entry for entry in entries if entry["type"] == "volumev3")["endpoints"][0]["url"]
    assert re.fullmatch("http://v/[0-9a-f]{32}", url)
    changed = cloud.call("PATCH", f"/endpoints/{endpoint['id']}", {"endpoint": {"url": "http://w"}}, admin)
    assert changed.json["endpoint"]["url"] == "http://w"
    assert cloud.call("DELETE", f"/services/{service['id']}", token=admin).status == 204
    assert cloud.call("GET", f"/endpoints/{endpoint['id']}", token=admin).status == 404, "it goes with its service"
    cloud.call("DELETE", "/regions/R2", token=admin)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_method_that_a_path_has_not_is_refused(cloud: IdentityCloud, admin: str, method: str) -> None:
    answer = cloud.call(method, "/users", token=admin)
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_project_is_tagged(cloud: IdentityCloud, admin: str) -> None:
    path = f"/projects/{cloud.create('project', admin, name='tagged')['id']}"
    assert cloud.call("PUT", f"{path}/tags/red", token=admin).status == 201
    assert cloud.call("HEAD", f"{path}/tags/red", token=admin).status == 204
    strange = cloud.call("PUT", f"{path}/tags/%0D%0AX-Evil%3A%F0%9F%98%80", token=admin)
    assert strange.headers["Location"].endswith("/tags/%0D%0AX-Evil%3A%F0%9F%98%80")
    assert cloud.call("PUT", f"{path}/tags", {"tags": ["blue", "green"]}, admin).json["tags"] == ["blue", "green"]
    assert cloud.call("GET", f"{path}/tags/red", token=admin).status == 404
    counts = [len(cloud.call("GET", f"/projects?domain_id=default&name=tagged&{query}", token=admin).json["projects"])
              for query in ("tags=blue,green", "tags=blue,red", "tags-any=blue,red", "not-tags=blue,red",
                            "not-tags-any=blue,red")]
    assert counts == [1, 0, 1, 1, 0]
    assert cloud.call("DELETE", f"{path}/tags/red", token=admin).status == 404
    assert cloud.call("PUT", f"{path}/tags/a,b", token=admin).status == 400
    assert cloud.call("DELETE", f"{path}/tags/blue", token=admin).status == 204
    assert cloud.call("GET", f"{path}/tags", token=admin).json["tags"] == ["green"]
    assert cloud.call("DELETE", f"{path}/tags", token=admin).status == 204
    assert cloud.call("GET", path, token=admin).json["project"]["tags"] == []
    assert cloud.call("DELETE", path, token=admin).status == 204


@pytest.mark.parametrize("noun", ["user", "group"])
def test_a_record_in_a_domain_that_is_not_there_is_refused(cloud: IdentityCloud, admin: str, noun: str) -> None:
    assert cloud.call("POST", f"/{noun}s", {noun: {"name": "x", "domain_id": NOWHERE}}, admin).status == 404
