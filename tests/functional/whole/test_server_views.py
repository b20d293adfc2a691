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


def test_a_running_guest_is_measured(cloud: Cloud, image: str) -> None:
    client = cloud.client
    server = client.boot(image)
    shown = client.wait_status(server, "ACTIVE")
    (card,) = [entry["OS-EXT-IPS-MAC:mac_addr"] for entry in shown["addresses"]["private"]]

    def measured(version: str) -> dict[str, Any]:
        answer = client.request("GET", f"/servers/{server}/diagnostics",
                                headers={"OpenStack-API-Version": f"compute {version}"})
        assert answer.ok, answer.text
        return dict(answer.json())

    plain, standard = measured("2.47"), measured("2.48")
    assert (plain["memory"], plain["vda_read"], plain["cpu0_time"], plain["tap0_rx"]) == (128 << 10, 1 << 20, 10**9, 0)
    assert (standard["state"], standard["num_cpus"], standard["num_disks"]) == ("running", 1, 1)
    assert standard["memory_details"] == {"maximum": 128, "used": 128}
    assert standard["cpu_details"] == [{"id": 0, "time": 10**9, "utilisation": None}]
    assert [(nic["mac_address"], nic["rx_octets"]) for nic in standard["nic_details"]] == [(card, 0)]
    assert standard["disk_details"][0]["read_bytes"] == 1 << 20
    assert client.act(server, "pause").status_code == 202
    client.wait_status(server, "PAUSED")
    refused = client.request("GET", f"/servers/{server}/diagnostics")
    assert (refused.status_code, "PAUSED" in refused.text) == (409, True)
    client.request("DELETE", f"/servers/{server}")
    client.wait_gone(server)
