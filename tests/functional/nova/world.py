"""The people who ask, and the things that are there before they do: the same in every cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from tests.functional.nova.asking import NOTHING, Ask, Endpoint, Person, Step, Until, play
from tests.functional.whole.cloud import Cloud

HOSTS = ("fake1", "fake2")
MORE = "[api]\npage_size = 1000\n[identity]\ntoken_ttl = 86400\n"
NOBODY = "99999999-9999-4999-8999-999999999999"
_ROLES = {"admin": "admin", "manager": "manager", "member": "member", "reader": "reader"}
_IMPLIED = {"admin": ("admin", "manager", "member", "reader"), "manager": ("manager", "member", "reader"),
            "member": ("member", "reader"), "reader": ("reader",)}
_PASSWORD = "a password of somebody"


class Identity:
    """The identity service of a cloud, by its admin."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        cloud.client.login()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._cloud.client.session.request(
            method, f"{self._cloud.client.url}/identity/v3{path}", json=body, timeout=60
        )
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def project(self, name: str) -> str:
        found = self.ask("GET", f"/projects?name={name}")["projects"]
        made = found[0] if found else self.ask("POST", "/projects", {"project": {"name": name}})["project"]
        return str(made["id"])

    def person(self, name: str, role: str, project: str) -> Person:
        body = {"user": {"name": f"the-{name}", "password": _PASSWORD}}
        user = self.ask("POST", "/users", body)["user"]["id"]
        role_id = self.ask("GET", f"/roles?name={role}")["roles"][0]["id"]
        self.ask("PUT", f"/projects/{project}/users/{user}/roles/{role_id}")
        auth: Any = {"identity": {"methods": ["password"], "password": {"user": {"id": user, "password": _PASSWORD}}},
                "scope": {"project": {"id": project}}}
        answer = requests.post(f"{self._cloud.client.url}/identity/v3/auth/tokens", json={"auth": auth}, timeout=60)
        assert answer.ok, answer.text
        return Person(user, project, _IMPLIED[role], answer.headers["X-Subject-Token"])


def people(cloud: Cloud) -> dict[str, Person]:
    """Somebody of every role in one project, and a stranger in another."""
    identity = Identity(cloud)
    ours, theirs = identity.project("ours"), identity.project("theirs")
    found = {name: identity.person(name, role, ours) for name, role in _ROLES.items()}
    poor = identity.person("poor", "admin", identity.project("poor"))
    return {**found, "stranger": identity.person("stranger", "member", theirs), "poor": poor}


def names(cloud: Cloud, image_file: Path, persons: dict[str, Person]) -> dict[str, str]:
    """What is in the cloud already, by name."""
    found = {f"user_of_{name}": person.user_id for name, person in persons.items()}
    networks = cloud.client.session.get(f"{cloud.client.url}/network/v2.0/networks", timeout=60).json()["networks"]
    named = {network["name"]: network["id"] for network in networks}
    return {
        **found, "project": persons["member"].project_id, "strangers_project": persons["stranger"].project_id,
        "image": cloud.client.upload(image_file, "image"), "network": named["private"], "nobody": NOBODY,
        "poor_project": persons["poor"].project_id,
    }


def clean(endpoint: Endpoint) -> None:
    """Take away what an earlier run left behind."""
    def listed(path: str, noun: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = endpoint.send(Ask(f"GET {path}", who="admin", at="2.1")).json()[noun]
        return found

    for server in listed("/servers?all_tenants=1", "servers"):
        endpoint.send(Ask(f"POST /servers/{server['id']}/action", {"os-resetState": {"state": "active"}}, who="admin"))
        endpoint.send(Ask(f"DELETE /servers/{server['id']}", who="admin"))
        endpoint.wait(Until(server["id"], "GONE"))
    for flavor in listed("/flavors?is_public=None", "flavors"):
        endpoint.send(Ask(f"DELETE /flavors/{flavor['id']}", who="admin"))
    for aggregate in listed("/os-aggregates", "aggregates"):
        for host in aggregate["hosts"]:
            body = {"remove_host": {"host": host}}
            endpoint.send(Ask(f"POST /os-aggregates/{aggregate['id']}/action", body, who="admin"))
        endpoint.send(Ask(f"DELETE /os-aggregates/{aggregate['id']}", who="admin"))


__all__ = ["HOSTS", "MORE", "NOBODY", "NOTHING", "Identity", "Step", "clean", "names", "people", "play"]
