"""Records to be maltreated: one or two of each noun, by the name that a path has for their ids."""

from __future__ import annotations

from typing import Any

import requests

from nova_lite.core.ids import new_hex
from tests.clients.cloud import PATIENCE, Client

LATEST = {"OpenStack-API-Version": "compute latest"}


class Maker:
    """Makes records as the admin; each must come into being."""

    def __init__(self, client: Client) -> None:
        client.login()
        self.url, self.session = client.url, client.session

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        answer = self.session.request(
            method, f"{self.url}{path}", json=body, headers=LATEST, timeout=PATIENCE, **more
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def make(self, collection: str, noun: str, **fields: object) -> str:
        """A record of the noun; its id."""
        return str(self.ask("POST", collection, {noun: fields}).json()[noun]["id"])


def identity(maker: Maker) -> dict[str, list[str]]:
    root = "/identity/v3"
    service = maker.make(f"{root}/services", "service", type="victim")
    endpoint = maker.make(
        f"{root}/endpoints", "endpoint", service_id=service, interface="public", url="http://victim"
    )
    named = {
        f"{noun}_id": [maker.make(f"{root}/{noun}s", noun, name=f"{noun}-{new_hex()}")]
        for noun in ("project", "user", "group", "role", "domain")
    }
    region = maker.make(f"{root}/regions", "region")
    return {**named, "implied_id": named["role_id"], "region_id": [region], "service_id": [service],
            "endpoint_id": [endpoint]}


def image(maker: Maker) -> dict[str, list[str]]:
    fields = {"name": "victim", "disk_format": "raw", "container_format": "bare"}
    made = [str(maker.ask("POST", "/image/v2/images", fields).json()["id"]) for _ in range(2)]
    answer = maker.session.put(
        f"{maker.url}/image/v2/images/{made[0]}/file", data=b"\0" * 65_536, timeout=PATIENCE,
        headers={"Content-Type": "application/octet-stream"},
    )
    assert answer.ok, answer.text
    return {"image_id": made}


def compute(maker: Maker) -> dict[str, list[str]]:
    (picture, _) = image(maker)["image_id"]
    root = "/compute/v2.1"
    fields = {"name": "victim", "imageRef": picture, "flavorRef": "42", "networks": "none"}
    servers = [maker.make(f"{root}/servers", "server", **fields) for _ in range(3)]
    secret = {"name": "f", "ram": 1, "vcpus": 1, "disk": 1, "os-flavor-access:is_public": False}
    return {
        "server_id": servers, "flavor_id": [maker.make(f"{root}/flavors", "flavor", **secret), "42"],
        "hypervisor_id": [found["id"] for found in maker.ask("GET", f"{root}/os-hypervisors").json()["hypervisors"]],
        "service_id": [found["id"] for found in maker.ask("GET", f"{root}/os-services").json()["services"]],
        "project_id": identity(maker)["project_id"],
    }


def network(maker: Maker) -> dict[str, list[str]]:
    """By path: this dialect calls every id ``id``."""
    root = "/network/v2.0"
    net = maker.make(f"{root}/networks", "network", name="victim")
    subnet = maker.make(f"{root}/subnets", "subnet", network_id=net, cidr="10.9.8.0/24", ip_version=4)
    return {
        "networks": [net], "subnets": [subnet], "ports": [maker.make(f"{root}/ports", "port", network_id=net)],
        "routers": [maker.make(f"{root}/routers", "router", name="victim")],
        "security-groups": [maker.make(f"{root}/security-groups", "security_group", name="victim")],
    }
