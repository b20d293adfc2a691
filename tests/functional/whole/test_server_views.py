"""What a server's document tells of things that are kept elsewhere."""

from __future__ import annotations

from typing import Any

from tests.functional.whole.cloud import Cloud

OLD = {"OpenStack-API-Version": "compute 2.1"}


def _groups(cloud: Cloud, server: str) -> tuple[object, object]:
    """In its own document, and in the listing's."""
    listed: list[dict[str, Any]] = cloud.client.ask("GET", "/servers/detail")["servers"]
    (entry,) = [one for one in listed if one["id"] == server]
    return cloud.client.show(server).get("security_groups"), entry.get("security_groups")


def test_security_groups_are_those_of_the_ports(cloud: Cloud, image: str) -> None:
    client = cloud.client
    made = client.request("POST", "/os-security-groups", {"security_group": {"name": "web", "description": ""}},
                          headers=OLD)
    assert made.ok, made.text
    body = {"name": "s", "imageRef": image, "flavorRef": "42", "networks": "auto",
            "security_groups": [{"name": "web"}, {"name": "default"}]}
    created = client.ask("POST", "/servers", {"server": body})["server"]
    assert created["security_groups"] == [{"name": "web"}, {"name": "default"}]
    server = created["id"]
    client.wait_status(server, "ACTIVE")
    both, web = [{"name": "default"}, {"name": "web"}], [{"name": "web"}]
    assert _groups(cloud, server) == (both, both)
    assert client.act(server, "removeSecurityGroup", {"name": "default"}).status_code == 202
    assert _groups(cloud, server) == (web, web)
    assert client.act(server, "removeSecurityGroup", {"name": "web"}).status_code == 202
    assert _groups(cloud, server) == (None, None)
    client.request("DELETE", f"/servers/{server}")
    client.wait_gone(server)
