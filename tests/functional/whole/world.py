"""A cloud in which one of everything is, by name; requests are written with these names."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from tests.functional.whole.cloud import Cloud
from tests.functional.whole.shape import Version

PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ me@here"
NOBODY = "99999999-9999-4999-8999-999999999999"
_OTHER = "99999999-9999-4999-8999-999999999998"
_NAME = re.compile(r"\{([a-z_]+)\}")
# How a server that is ACTIVE gets a status, and how it becomes ACTIVE again.
_WAYS = {
    "PAUSED": ({"pause": None}, "unpause"), "SUSPENDED": ({"suspend": None}, "resume"),
    "SHUTOFF": ({"os-stop": None}, "os-start"), "RESCUE": ({"rescue": {}}, "unrescue"),
    "VERIFY_RESIZE": ({"resize": {"flavorRef": "{other_flavor}"}}, "revertResize"),
    "SHELVED_OFFLOADED": ({"shelve": None}, "unshelve"),
}


class World:
    """``{fresh_…}`` is made for the request that names it."""

    def __init__(self, cloud: Cloud, image: str, image_file: Path) -> None:
        self._client, self._file = cloud.client, image_file
        self._numbers = itertools.count()
        self._makers: dict[str, Callable[[], str]] = {
            "new": self._new, "other_flavor": self._other_flavor, "fresh_server": self._fresh_server,
            "fresh_flavor": lambda: self._flavor(self._new()), "fresh_access": self._access,
            "fresh_spec": lambda: self._spec(self._new()), "fresh_aggregate": self._aggregate,
            "aggregate_of_host": self._aggregate_of_host,
            "fresh_key": self._key, "fresh_server_group": self._server_group,
            "fresh_image": lambda: self._client.upload(self._file), "fresh_property": self._property,
            "fresh_floating": lambda: self._floating()["id"], "fresh_security_group": self._security_group,
            "fresh_rule": self._rule, "fresh_item": self._item, "fresh_tag": self._tag, "fresh_port": self._port,
            "floating_to_add": self._floating_to_add, "floating_to_remove": self._floating_of_server,
            "address_to_remove": self._address_of_server, "group_to_add": self._group_to_add,
            "group_to_remove": self._group_of_server, "idle_service": self._idle_service,
            "token": self._token,
        }
        ask = self._client.ask
        self.things = {"image": image, "public": PUBLIC, "key": "mine", "nobody": NOBODY, "other": _OTHER,
                       "project": self._client.project_id}
        ask("PUT", "/os-quota-class-sets/default", {"quota_class_set": {"instances": -1, "cores": -1, "ram": -1}})
        ask("POST", "/os-keypairs", {"keypair": {"name": "mine", "public_key": PUBLIC}})
        self.things["private"] = self._flavor("private", public=False)
        self.things["group"] = self._server_group("soft-affinity")
        self.things["aggregate"] = self._aggregate()
        self._networks()
        self._boot(image)
        services = ask("GET", "/os-services?binary=nova-compute")["services"]
        self.things["service"] = services[0]["id"]
        self.things["hypervisor"] = ask("GET", "/os-hypervisors")["hypervisors"][0]["id"]
        self.things["security_group"] = self._security_group()

    def _networks(self) -> None:
        found = self._old("GET", "/os-networks")["networks"]
        limits = dict.fromkeys(("security_group", "security_group_rule", "floatingip", "port"), -1)
        self._neutron("PUT", f"quotas/{self.things['project']}", {"quota": limits})
        networks = {network["label"]: network["id"] for network in found}
        self.things["network"] = networks["private"]
        gateway = {"name": "edge", "external_gateway_info": {"network_id": networks["public"]}}
        router = self._neutron("POST", "routers", {"router": gateway})["router"]["id"]
        subnet = self._neutron("GET", f"subnets?network_id={networks['private']}")["subnets"][0]["id"]
        self._neutron("PUT", f"routers/{router}/add_router_interface", {"subnet_id": subnet})

    def _neutron(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client.session.request(method, f"{self._client.url}/network/v2.0/{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def _boot(self, image: str) -> None:
        client = self._client
        body = {"name": "one", "imageRef": image, "flavorRef": "42", "networks": [{"uuid": self.things["network"]}],
                "key_name": "mine", "metadata": {"a": "b"}, "tags": ["t"], "user_data": "aGk=",
                "description": "a server", "config_drive": True}
        answer = client.request("POST", "/servers", {
            "server": body, "os:scheduler_hints": {"group": self.things["group"]},
        })
        self.things["server"] = str(answer.json()["server"]["id"])
        self.things["request_id"] = answer.headers["X-OpenStack-Request-ID"]
        self.settle()
        ports = client.ask("GET", f"{self._server}/os-interface")["interfaceAttachments"]
        self.things["port"] = ports[0]["port_id"]

    @property
    def _server(self) -> str:
        return f"/servers/{self.things['server']}"

    def settle(self, status: str = "ACTIVE") -> None:
        """Wait until nothing is being done to the server, which has got the status."""
        self._client.wait_status(self.things["server"], status)

    def bring(self, status: str) -> None:
        """Make the server have a status, once nothing is being done to it."""
        self._client.wait(lambda: self._seen()["OS-EXT-STS:task_state"] is None, "the server is left alone")
        now = self._seen()["status"]
        if now == status:
            return
        if now != "ACTIVE":
            self._client.act(self.things["server"], _WAYS[now][1])
            self.settle()
        if status != "ACTIVE":
            begun = self.send("POST /servers/{server}/action", _WAYS[status][0], (2, 79))
            assert begun.status_code < 300, begun.text
            self.settle(status)

    def _seen(self) -> dict[str, str]:
        found: dict[str, str] = self._client.ask("GET", self._server)["server"]
        return found

    def send(self, request: str, body: object, version: Version) -> requests.Response:
        """Send what is written with names."""
        names = dict(self.things)
        if version < (2, 53):
            names["hypervisor"] = "1"
        text = json.dumps([request, body])
        for name in set(_NAME.findall(text)):
            value = names[name] if name in names else self._makers[name]()
            text = text.replace(f"{{{name}}}", value)
        (line, filled) = json.loads(text)
        method, _, path = line.partition(" ")
        return self._client.request(method, path, filled, headers=_at(version))

    # -- making what requests name

    def _old(self, method: str, path: str, body: object = None) -> Any:
        """What the proxies of old clients answer."""
        answer = self._client.request(method, path, body, headers=_at((2, 1)))
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def _new(self) -> str:
        return f"new{next(self._numbers)}"

    def _other_flavor(self) -> str:
        """Another one than the server has."""
        found = self._client.ask("GET", self._server)["server"]["flavor"]["original_name"]
        return "42" if found == "private" else "private"

    def _flavor(self, name: str, *, public: bool = True) -> str:
        self._client.ask("POST", "/flavors", {"flavor": {
            "name": name, "id": name, "ram": 64, "vcpus": 1, "disk": 1, "os-flavor-access:is_public": public,
        }})
        return name

    def _access(self) -> str:
        project = self._new()
        self._client.ask("POST", "/flavors/private/action", {"addTenantAccess": {"tenant": project}})
        return project

    def _spec(self, key: str) -> str:
        self._client.ask("POST", "/flavors/42/os-extra_specs", {"extra_specs": {key: "x"}})
        return key

    def _aggregate(self) -> str:
        return str(self._client.ask("POST", "/os-aggregates", {"aggregate": {"name": self._new()}})["aggregate"]["id"])

    def _aggregate_of_host(self) -> str:
        aggregate = self._aggregate()
        self._client.ask("POST", f"/os-aggregates/{aggregate}/action", {"add_host": {"host": "h1"}})
        return aggregate

    def _key(self) -> str:
        name = self._new()
        self._client.ask("POST", "/os-keypairs", {"keypair": {"name": name, "public_key": PUBLIC}})
        return name

    def _server_group(self, policy: str = "affinity") -> str:
        body = {"server_group": {"name": self._new(), "policy": policy}}
        return str(self._client.ask("POST", "/os-server-groups", body)["server_group"]["id"])

    def _fresh_server(self) -> str:
        made = self._client.boot(self.things["image"], name=self._new())
        self._client.wait_status(made, "ACTIVE")
        return made

    def _property(self) -> str:
        key = self._new()
        self._old("POST", f"/images/{self.things['image']}/metadata", {"metadata": {key: "x"}})
        return key

    def _floating(self) -> dict[str, str]:
        made: dict[str, str] = self._old("POST", "/os-floating-ips", {"pool": "public"})["floating_ip"]
        return made

    def _floating_to_add(self) -> str:
        for one in self._old("GET", "/os-floating-ips")["floating_ips"]:
            if one["instance_id"]:
                self._old("POST", f"{self._server}/action", {"removeFloatingIp": {"address": one["ip"]}})
        return self._floating()["ip"]

    def _floating_of_server(self) -> str:
        address = self._floating_to_add()
        self._old("POST", f"{self._server}/action", {"addFloatingIp": {"address": address}})
        return address

    def _address_of_server(self) -> str:
        before = self._addresses()
        self._old("POST", f"{self._server}/action", {"addFixedIp": {"networkId": self.things["network"]}})
        (address, *_) = self._addresses() - before
        return address

    def _addresses(self) -> set[str]:
        ports = self._client.ask("GET", f"{self._server}/os-interface")["interfaceAttachments"]
        return {fixed["ip_address"] for port in ports for fixed in port["fixed_ips"]}

    def _security_group(self, name: str = "") -> str:
        body = {"security_group": {"name": name or self._new(), "description": "d"}}
        return str(self._old("POST", "/os-security-groups", body)["security_group"]["id"])

    def _group_to_add(self) -> str:
        name = self._new()
        self._security_group(name)
        return name

    def _group_of_server(self) -> str:
        name = self._group_to_add()
        self._old("POST", f"{self._server}/action", {"addSecurityGroup": {"name": name}})
        return name

    def _rule(self) -> str:
        body = {"parent_group_id": self._security_group(), "ip_protocol": "tcp", "from_port": 22, "to_port": 22,
                "cidr": "10.0.0.0/8"}
        made = self._old("POST", "/os-security-group-rules", {"security_group_rule": body})
        return str(made["security_group_rule"]["id"])

    def _item(self) -> str:
        key = self._new()
        self._client.ask("POST", f"{self._server}/metadata", {"metadata": {key: "x"}})
        return key

    def _tag(self) -> str:
        tag = self._new()
        self._client.ask("PUT", f"{self._server}/tags/{tag}")
        return tag

    def _port(self) -> str:
        body = {"interfaceAttachment": {"net_id": self.things["network"]}}
        return str(self._client.ask("POST", f"{self._server}/os-interface", body)["interfaceAttachment"]["port_id"])

    def _idle_service(self) -> str:
        """The record of the scheduler, which comes back with its next sign of life."""
        found: list[dict[str, str]] = []

        def there() -> bool:
            found[:] = self._client.ask("GET", "/os-services?binary=nova-scheduler")["services"]
            return bool(found)
        self._client.wait(there, "the scheduler has told of itself")
        return found[0]["id"]

    def _token(self) -> str:
        body = {"remote_console": {"protocol": "serial", "type": "serial"}}
        url = self._client.ask("POST", f"{self._server}/remote-consoles", body)["remote_console"]["url"]
        return str(url).rpartition("token=")[2]


def _at(version: Version) -> dict[str, str]:
    return {"OpenStack-API-Version": f"compute {version[0]}.{version[1]}"}
