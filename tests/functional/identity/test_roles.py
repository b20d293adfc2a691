"""Assignments, groups and implied roles, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.functional.identity.cloud import IdentityCloud


@pytest.fixture
def stage(cloud: IdentityCloud, admin: str) -> Iterator[dict[str, Any]]:
    """A user, a group with that user, a project and a domain."""
    user = cloud.create("user", admin, name="actor", password="secret")
    group = cloud.create("group", admin, name="actors")
    project = cloud.create("project", admin, name="play")
    domain = cloud.create("domain", admin, name="theatre")
    cloud.call("PUT", f"/groups/{group['id']}/users/{user['id']}", token=admin)
    yield {"users": user["id"], "groups": group["id"], "projects": project["id"], "domains": domain["id"]}
    cloud.call("PATCH", f"/domains/{domain['id']}", {"domain": {"enabled": False}}, admin)
    for path in (
        f"users/{user['id']}", f"groups/{group['id']}", f"projects/{project['id']}", f"domains/{domain['id']}"
    ):
        assert cloud.call("DELETE", f"/{path}", token=admin).status == 204


@pytest.mark.parametrize("actor", ["users", "groups"])
@pytest.mark.parametrize("target", ["projects", "domains", "system"])
@pytest.mark.parametrize("inherited", [False, True])
def test_a_role_is_granted_checked_listed_and_taken_away(
    cloud: IdentityCloud, admin: str, stage: dict[str, Any], actor: str, target: str, inherited: bool
) -> None:
    if target == "system" and inherited:
        return  # nothing is below the system
    role = cloud.role_id("member", admin)
    place = target if target == "system" else f"{target}/{stage[target]}"
    base = f"{place}/{actor}/{stage[actor]}/roles"
    many, one = (f"/OS-INHERIT/{base}/inherited_to_projects", f"/OS-INHERIT/{base}/{role}/inherited_to_projects") \
        if inherited else (f"/{base}", f"/{base}/{role}")
    assert cloud.call("HEAD", one, token=admin).status == 404
    for _ in range(2):
        assert cloud.call("PUT", one, token=admin).status == 204
    for method in ("GET", "HEAD"):
        assert cloud.call(method, one, token=admin).status == 204
    assert [item["name"] for item in cloud.call("GET", many, token=admin).json["roles"]] == ["member"]
    assert cloud.call("DELETE", one, token=admin).status == 204
    assert cloud.call("DELETE", one, token=admin).status == 404
    assert cloud.call("GET", many, token=admin).json["roles"] == []


def test_grants_about_what_is_not_there_are_not_found(cloud: IdentityCloud, admin: str, stage: dict[str, Any]) -> None:
    role = cloud.role_id("member", admin)
    for project, user, role_id in (
        ("0", stage["users"], role), (stage["projects"], "0", role), (stage["projects"], stage["users"], "0"),
    ):
        path = f"/projects/{project}/users/{user}/roles/{role_id}"
        assert [cloud.call(method, path, token=admin).status for method in ("PUT", "HEAD", "DELETE")] == [404] * 3


def test_assignments_are_listed_with_names_and_as_they_work(
    cloud: IdentityCloud, admin: str, stage: dict[str, Any]
) -> None:
    role = cloud.role_id("member", admin)
    cloud.call("PUT", f"/projects/{stage['projects']}/groups/{stage['groups']}/roles/{role}", token=admin)
    query = f"scope.project.id={stage['projects']}"
    (made,) = cloud.call("GET", f"/role_assignments?{query}&include_names", token=admin).json["role_assignments"]
    assert made["group"]["name"] == "actors"
    assert made["role"] == {"id": role, "name": "member"}
    assert made["scope"]["project"]["domain"] == {"id": "default", "name": "Default"}
    assert made["links"]["assignment"].startswith(f"{cloud.url}/projects/{stage['projects']}/groups/")
    found = cloud.call(
        "GET", f"/role_assignments?{query}&effective=True&user.id={stage['users']}&include_names=1", token=admin
    ).json["role_assignments"]
    assert sorted((item["user"]["name"], item["role"]["name"]) for item in found) == [
        ("actor", "member"), ("actor", "reader"),
    ]
    assert cloud.call("GET", f"/role_assignments?{query}&user.id=0", token=admin).json["role_assignments"] == []
    every = cloud.call("GET", "/role_assignments?scope.system=all", token=admin).json["role_assignments"]
    assert [item["scope"] for item in every] == [{"system": {"all": True}}]


def test_membership_gives_and_takes(cloud: IdentityCloud, admin: str, stage: dict[str, Any]) -> None:
    role = cloud.role_id("member", admin)
    cloud.call("PUT", f"/projects/{stage['projects']}/groups/{stage['groups']}/roles/{role}", token=admin)
    token = cloud.login("actor", "secret", "play")
    member = f"/groups/{stage['groups']}/users/{stage['users']}"
    assert cloud.call("HEAD", member, token=admin).status == 204
    members = cloud.call("GET", f"/groups/{stage['groups']}/users", token=admin).json["users"]
    assert [user["name"] for user in members] == ["actor"]
    assert cloud.call("DELETE", member, token=admin).status == 204
    assert cloud.call("HEAD", member, token=admin).status == 404
    assert cloud.call("GET", "/auth/projects", token=token).status == 401


def test_one_role_implies_another(cloud: IdentityCloud, admin: str) -> None:
    prior, implied = (cloud.create("role", admin, name=name) for name in ("prior", "implied"))
    path = f"/roles/{prior['id']}/implies/{implied['id']}"
    assert cloud.call("HEAD", path, token=admin).status == 404
    made = cloud.call("PUT", path, token=admin)
    assert (made.status, made.json["role_inference"]["implies"]["name"]) == (201, "implied")
    assert cloud.call("GET", path, token=admin).json == made.json
    assert cloud.call("HEAD", path, token=admin).status == 204
    listed = cloud.call("GET", f"/roles/{prior['id']}/implies", token=admin).json["role_inference"]
    assert [role["id"] for role in listed["implies"]] == [implied["id"]]
    rules = cloud.call("GET", "/role_inferences", token=admin).json["role_inferences"]
    assert {rule["prior_role"]["name"] for rule in rules} == {"admin", "manager", "member", "prior"}
    assert cloud.call("PUT", f"/roles/{implied['id']}/implies/{prior['id']}", token=admin).status == 403
    assert cloud.call("DELETE", path, token=admin).status == 204
    assert cloud.call("DELETE", path, token=admin).status == 404
    for role in (prior, implied):
        assert cloud.call("DELETE", f"/roles/{role['id']}", token=admin).status == 204
