"""Answers have the shapes that Tempest's schemas describe, before and after every microversion that changes one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest
import requests
from tempest.lib.common import jsonschema_validator

from tests.functional.whole.cloud import Cloud
from tests.functional.whole.shapes import LATEST, SHAPES, Shape, Version, number

PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ me@here"
CASES = [(shape, version) for shape in SHAPES for version in shape.versions()]


class World:
    """A cloud in which one of everything is, by name; requests are written with these names."""

    def __init__(self, cloud: Cloud, image: str) -> None:
        self._cloud, self._client = cloud, cloud.client
        self._numbers = itertools.count()
        ask = self._client.ask
        self.things = {"image": image, "public": PUBLIC, "key": "mine", "private": "private",
                       "project": self._client.project_id}
        ask("POST", "/os-keypairs", {"keypair": {"name": "mine", "public_key": PUBLIC}})
        ask("POST", "/flavors", {"flavor": {"name": "private", "id": "private", "ram": 64, "vcpus": 1, "disk": 1,
                                            "os-flavor-access:is_public": False}})
        group = ask("POST", "/os-server-groups", {"server_group": {"name": "g", "policy": "soft-affinity"}})
        self.things["group"] = group["server_group"]["id"]
        for name in ("aggregate", "other_aggregate"):
            made = ask("POST", "/os-aggregates", {"aggregate": {"name": name}})
            self.things[name] = str(made["aggregate"]["id"])
        self._boot(image)
        services = ask("GET", "/os-services?binary=nova-compute")["services"]
        self.things["service"] = services[0]["id"]
        self.things["hypervisor"] = ask("GET", "/os-hypervisors")["hypervisors"][0]["id"]
        made = self.send("POST /os-security-groups", {"security_group": {"name": "sg", "description": "d"}}, (2, 1))
        self.things["security_group"] = made.json()["security_group"]["id"]

    def _boot(self, image: str) -> None:
        client = self._client
        body = {"name": "one", "imageRef": image, "flavorRef": "42", "networks": "auto", "key_name": "mine",
                "metadata": {"a": "b"}, "tags": ["t"], "user_data": "aGk=", "description": "a server",
                "config_drive": True}
        answer = client.request("POST", "/servers", {
            "server": body, "os:scheduler_hints": {"group": self.things["group"]},
        })
        self.things["server"] = str(answer.json()["server"]["id"])
        self.things["request_id"] = answer.headers["X-OpenStack-Request-ID"]
        self.settle()
        ports = client.ask("GET", f"/servers/{self.things['server']}/os-interface")["interfaceAttachments"]
        self.things["port"] = ports[0]["port_id"]

    def settle(self) -> None:
        """Wait until nothing is being done to the server."""
        self._client.wait_status(self.things["server"], "ACTIVE")

    def send(self, request: str, body: object, version: Version) -> requests.Response:
        """Send what is written with names."""
        names = {**self.things, "new": f"new{next(self._numbers)}"}
        if version < (2, 53):
            names["hypervisor"] = "1"
        text = json.dumps([request, body])
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", value)
        (line, filled) = json.loads(text)
        method, _, path = line.partition(" ")
        headers = {"OpenStack-API-Version": f"compute {version[0]}.{version[1]}"}
        return self._client.request(method, path, filled, headers=headers)


@pytest.fixture(scope="module")
def world(cloud: Cloud, image: str) -> Iterator[World]:
    cloud.client.login()
    made = World(cloud, image)
    yield made
    made.settle()


def _name(case: object) -> str:
    if isinstance(case, Shape):
        action = next(iter(case.body)) if case.request.endswith("/action") else ""
        return f"{case.request} {action}".strip()
    return "{}.{}".format(*case) if isinstance(case, tuple) else str(case)


@pytest.mark.parametrize(("shape", "version"), CASES, ids=_name)
def test_an_answer_has_its_shape(world: World, shape: Shape, version: Version) -> None:
    answer = world.send(shape.request, shape.body, version)
    schema = shape.at(version)
    assert answer.status_code in schema["status_code"], answer.text
    if "response_body" in schema:
        _check(schema["response_body"], answer.json())
    if "response_header" in schema:
        _check(schema["response_header"], {name.lower(): value for name, value in answer.headers.items()})
    if "rebuild" in (shape.body or {}) or "createImage" in (shape.body or {}) or "createBackup" in (shape.body or {}):
        world.settle()


def _check(schema: dict[str, object], document: object) -> None:
    checker = jsonschema_validator.JSONSCHEMA_VALIDATOR(schema, format_checker=jsonschema_validator.FORMAT_CHECKER)
    errors = sorted(checker.iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
    assert not errors, "\n".join(f"{list(error.absolute_path)}: {error.message[:300]}" for error in errors)


def test_the_latest_microversion_is_reached(cloud: Cloud) -> None:
    shown = cloud.client.ask("GET", "/")["version"]
    assert number(shown["version"]) == LATEST


def test_a_wrong_shape_is_seen() -> None:
    with pytest.raises(AssertionError, match="is not of type"):
        _check({"type": "object"}, [])
    with pytest.raises(AssertionError, match="is not a 'iso8601-date-time'"):
        _check({"format": "iso8601-date-time"}, "yesterday")
