"""Servers and their networks: what they ask for, what they get, what is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.clients.cloud import Client
from tests.functional.whole.cloud import Cloud


class Nets:
    """The network service of a cloud, as its administrator asks it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def request(self, method: str, path: str, body: object = None) -> requests.Response:
        self._client.request("GET", "/servers?limit=1")  # logs in, where nobody has
        return self._client.session.request(
            method, f"{self._client.url}/network/v2.0{path}", json=body, timeout=60  # type: ignore[arg-type]
        )

    def make(self, noun: str, **fields: object) -> Any:
        answer = self.request("POST", f"/{noun}s", {noun: fields})
        assert answer.status_code == 201, answer.text
        return answer.json()[noun]

    def change(self, noun: str, id: str, **fields: object) -> None:
        answer = self.request("PUT", f"/{noun}s/{id}", {noun: fields})
        assert answer.status_code == 200, answer.text

    def remove(self, noun: str, id: str) -> None:
        answer = self.request("DELETE", f"/{noun}s/{id}")
        assert answer.status_code == 204, answer.text

    def network(self, name: str, cidr: str, **fields: object) -> str:
        network = self.make("network", name=name, **fields)
        self.make("subnet", network_id=network["id"], cidr=cidr, **fields)
        return str(network["id"])

    def ports(self, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.request("GET", f"/ports{query}").json()["ports"]
        return found


@pytest.fixture
def nets(cloud: Cloud) -> Iterator[Nets]:
    """The cloud's networks; what a test leaves of them goes."""
    found = Nets(cloud.client)
    yield found
    for path, noun in (("/ports", "ports"), ("/networks?name=one&name=two", "networks")):
        for record in found.request("GET", path).json()[noun]:
            if noun == "networks" or not record["device_id"]:
                found.request("DELETE", f"/{noun}/{record['id']}")


def addresses(server: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [entry["addr"] for entry in entries] for name, entries in server["addresses"].items()}


def detach(client: Client, path: str) -> None:
    """Take an interface away: asked once, for each time would take away what is there when its turn comes."""
    assert client.request("DELETE", path).status_code == 202
    client.wait(lambda: client.request("GET", path).status_code == 404, "it is unplugged")


def test_a_server_that_names_no_network_gets_the_default_one(cloud: Cloud, image: str, nets: Nets) -> None:
    client = cloud.client
    server = client.boot(image)
    shown = addresses(client.wait_status(server, "ACTIVE"))
    (port,) = nets.ports(f"?device_id={server}")
    assert shown == {"private": [port["fixed_ips"][0]["ip_address"]]}
    assert (port["device_owner"], port["status"]) == ("compute:nova", "ACTIVE")
    client.request("DELETE", f"/servers/{server}")
    client.wait_gone(server)
    assert nets.ports(f"?device_id={server}") == []


def test_a_server_gets_what_it_names_and_leaves_what_it_was_given(cloud: Cloud, image: str, nets: Nets) -> None:
    client = cloud.client
    one, two = nets.network("one", "10.91.0.0/24"), nets.network("two", "10.92.0.0/24")
    own = nets.make("port", network_id=two)
    server = client.boot(image, networks=[{"uuid": one, "fixed_ip": "10.91.0.77"}, {"port": own["id"]}])
    shown = addresses(client.wait_status(server, "ACTIVE"))
    assert shown == {"one": ["10.91.0.77"], "two": [own["fixed_ips"][0]["ip_address"]]}
    client.request("DELETE", f"/servers/{server}")
    client.wait_gone(server)
    assert [(port["id"], port["device_id"]) for port in nets.ports(f"?network_id={two}")] == [(own["id"], "")]
    assert nets.ports(f"?network_id={one}") == []


def test_interfaces_have_the_names_that_their_owner_gives_them(cloud: Cloud, image: str, nets: Nets) -> None:
    client = cloud.client
    one, own = nets.network("one", "10.91.0.0/24"), nets.make("port", network_id=nets.network("two", "10.92.0.0/24"))
    server = client.boot(image, networks=[{"uuid": one, "tag": "front"}, {"port": own["id"], "tag": "back"}])
    client.wait_status(server, "ACTIVE")
    path = f"/servers/{server}/os-interface"
    client.ask("POST", path, {"interfaceAttachment": {"net_id": one, "tag": "side"}})
    shown = client.ask("GET", path)["interfaceAttachments"]
    assert {port["tag"] for port in shown} == {"front", "back", "side"}
    assert client.ask("GET", f"{path}/{own['id']}")["interfaceAttachment"]["tag"] == "back"
    detach(client, f"{path}/{own['id']}")
    client.ask("POST", path, {"interfaceAttachment": {"port_id": own["id"]}})
    assert client.ask(
        "GET", f"{path}/{own['id']}"
    )["interfaceAttachment"]["tag"] is None, "the name went with the server"
    client.request("DELETE", f"/servers/{server}")
    client.wait_gone(server)


def test_an_admins_server_may_be_on_any_projects_network(cloud: Cloud, image: str, nets: Nets) -> None:
    theirs = nets.network("theirs", "10.93.0.0/24", project_id="f" * 32)
    server = cloud.client.boot(image, networks=[{"uuid": theirs}])
    shown = cloud.client.wait_status(server, "ACTIVE")
    (port,) = nets.ports(f"?network_id={theirs}")
    assert list(shown["addresses"]) == ["theirs"]
    assert port["project_id"] == cloud.client.project_id, "the port is the server's project's"
    cloud.client.request("DELETE", f"/servers/{server}")
    cloud.client.wait_gone(server)


def test_interfaces_come_and_go(cloud: Cloud, image: str, nets: Nets) -> None:
    client = cloud.client
    one = nets.network("one", "10.91.0.0/24")
    server = client.boot(image, networks="none")
    assert client.wait_status(server, "ACTIVE")["addresses"] == {}
    path = f"/servers/{server}/os-interface"
    body = {"interfaceAttachment": {"net_id": one, "fixed_ips": [{"ip_address": "10.91.0.9"}]}}
    made = client.ask("POST", path, body)["interfaceAttachment"]
    assert (made["net_id"], [fixed["ip_address"] for fixed in made["fixed_ips"]]) == (one, ["10.91.0.9"])
    one_path = f"{path}/{made['port_id']}"
    client.wait(
        lambda: client.ask("GET", one_path)["interfaceAttachment"]["port_state"] == "ACTIVE", "it is plugged in"
    )
    assert client.ask("GET", path)["interfaceAttachments"] == [{**made, "port_state": "ACTIVE"}]
    (port,) = nets.ports(f"?network_id={one}")
    assert (port["binding:host_id"], port["binding:vif_type"]) == (client.show(server)["OS-EXT-SRV-ATTR:host"], "other")
    assert addresses(client.show(server)) == {"one": ["10.91.0.9"]}
    assert client.request("POST", path, body).status_code == 400
    detach(client, one_path)
    assert client.request("DELETE", one_path).status_code == 404
    assert (client.show(server)["addresses"], nets.ports(f"?network_id={one}")) == ({}, [])
    actions = {
        action["action"] for action in client.ask("GET", f"/servers/{server}/os-instance-actions")["instanceActions"]
    }
    assert {"attach_interface", "detach_interface"} <= actions
    client.request("DELETE", f"/servers/{server}")
    client.wait_gone(server)


@pytest.mark.parametrize(("networks", "status", "words"), [
    ([{"uuid": "99999999-9999-4999-8999-999999999999"}], 400, "could not be found"),
    ([{"port": "99999999-9999-4999-8999-999999999999"}], 400, "could not be found"),
    ([{"fixed_ip": "10.0.0.9"}], 400, "Bad networks format"),
])
def test_networks_that_are_not_there_are_refused(
    cloud: Cloud, image: str, networks: object, status: int, words: str
) -> None:
    server = {"name": "n", "imageRef": image, "flavorRef": "42", "networks": networks}
    answer = cloud.client.request("POST", "/servers", {"server": server})
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


def test_what_is_refused_takes_no_address(cloud: Cloud, image: str, nets: Nets) -> None:
    client = cloud.client
    one = nets.network("one", "10.91.0.0/24")
    server = {"name": "n", "imageRef": image, "flavorRef": "42", "networks": [{"uuid": one}], "min_count": 11}
    assert client.request("POST", "/servers", {"server": server}).status_code == 403
    named = {**server, "min_count": 1, "security_groups": [{"name": "nothing"}]}
    answer = client.request("POST", "/servers", {"server": named})
    assert (answer.status_code, "Security group nothing not found" in answer.text) == (400, True)
    assert nets.ports(f"?network_id={one}") == []


def test_a_server_follows_its_port(cloud: Cloud, image: str, nets: Nets) -> None:
    client = cloud.client
    one = nets.network("one", "10.91.0.0/24")
    server = client.boot_up(image, networks=[{"uuid": one, "fixed_ip": "10.91.0.77"}])
    (port,) = nets.ports(f"?device_id={server}")
    nets.change("port", port["id"], fixed_ips=[{"ip_address": "10.91.0.78"}])
    assert addresses(client.show(server)) == {"one": ["10.91.0.78"]}
    actions = client.ask("GET", f"/servers/{server}/os-instance-actions")["instanceActions"]
    assert actions[0]["action"] == "refresh_interface"
    nets.remove("port", port["id"])
    client.wait(lambda: client.show(server)["addresses"] == {}, "the server has no interface")
    client.request("DELETE", f"/servers/{server}")
    client.wait_gone(server)


def test_old_clients_add_and_remove_addresses(cloud: Cloud, image: str, nets: Nets) -> None:
    client = cloud.client
    one = nets.network("one", "10.91.0.0/24")
    server = client.boot_up(image, networks=[{"uuid": one, "fixed_ip": "10.91.0.77"}])
    old = {"OpenStack-API-Version": "compute 2.1"}

    def act(action: str, value: object) -> int:
        return client.request("POST", f"/servers/{server}/action", {action: value}, headers=old).status_code

    assert act("addFixedIp", {"networkId": one}) == 202
    first, second = addresses(client.show(server))["one"]
    assert first == "10.91.0.77" and second.startswith("10.91.0.")
    assert act("removeFixedIp", {"address": first}) == 202
    assert addresses(client.show(server)) == {"one": [second]}
    assert (act("removeFixedIp", {"address": first}), act("addFixedIp", {"networkId": server})) == (400, 400)
    assert client.act(server, "addFixedIp", {"networkId": one}).status_code == 404, "gone from 2.44 on"
    client.request("DELETE", f"/servers/{server}")
    client.wait_gone(server)


def test_a_port_of_strangers_is_no_port_of_a_server_whatever_it_says(cloud: Cloud, image: str, nets: Nets) -> None:
    client = cloud.client
    one = nets.network("one", "10.91.0.0/24")
    server = client.boot_up(image, networks=[{"uuid": one, "fixed_ip": "10.91.0.77"}])
    theirs = nets.make(
        "port", network_id=one, project_id="f" * 32, device_id=server, device_owner="compute:nova", name="theirs",
    )
    shown = client.ask("GET", f"/servers/{server}/os-interface")["interfaceAttachments"]
    assert [entry["fixed_ips"][0]["ip_address"] for entry in shown] == ["10.91.0.77"]
    groups = client.ask("GET", f"/servers/{server}/os-security-groups")["security_groups"]
    assert [(group["name"], group["tenant_id"]) for group in groups] == [("default", client.project_id)]
    assert client.show(server)["security_groups"] == [{"name": "default"}]
    assert client.act(server, "removeSecurityGroup", {"name": "default"}).status_code == 202
    (after,) = nets.ports(f"?id={theirs['id']}")
    assert (after["security_groups"], after["status"]) == (theirs["security_groups"], "DOWN")
    client.request("DELETE", f"/servers/{server}")
    client.wait_gone(server)
    nets.remove("port", theirs["id"])


def test_servers_are_found_by_their_addresses(cloud: Cloud, image: str, nets: Nets) -> None:
    client = cloud.client
    one = nets.network("one", "10.91.0.0/24")
    nets.make("subnet", network_id=one, cidr="fd91::/64", ip_version=6)
    server = client.boot(image, networks=[{"uuid": one}])
    other = client.boot(image, networks="none")

    def found(query: str) -> list[str]:
        return [shown["id"] for shown in client.ask("GET", f"/servers?{query}")["servers"]]

    assert found("ip=^10.91.0.[0-9]%2B$") == found("ip6=^fd91:") == found("ip=10.91&ip6=fd91") == [server]
    assert found("ip6=10.91") == found("ip6=fd92") == found("ip=10.91&ip6=fd92") == []
    for each in (server, other):
        client.request("DELETE", f"/servers/{each}")
        client.wait_gone(each)
