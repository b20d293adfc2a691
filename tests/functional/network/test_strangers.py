"""What one project must not be able to do to another by what it says of its own records."""

from __future__ import annotations

import pytest

from tests.functional.network.cloud import NetworkCloud, Person


def test_a_pool_is_cut_by_those_who_see_it(rose: Person, tulip: Person) -> None:
    pool = rose.make("subnetpool", name="roses'", prefixes=["10.8.0.0/16"], default_prefixlen=24)
    network = tulip.make("network")
    for more in ({}, {"cidr": "10.8.9.0/24"}):
        asked = {"subnet": {"network_id": network["id"], "subnetpool_id": pool["id"], **more}}
        assert tulip.refused("POST", "/subnets", asked)[0] == 404
    assert rose.ask("DELETE", f"/subnetpools/{pool['id']}").status_code == 204


def test_a_block_that_is_asked_for_is_one_of_the_pool(rose: Person) -> None:
    pool = rose.make("subnetpool", name="pool", prefixes=["10.8.0.0/16"], default_prefixlen=24)
    network = rose.make("network")
    asked = {"network_id": network["id"], "subnetpool_id": pool["id"]}
    assert rose.make("subnet", **asked, cidr="10.8.9.0/24")["cidr"] == "10.8.9.0/24"
    for cidr in ("10.9.0.0/24", "10.0.0.0/8", "10.8.9.0/25", "fd00::/64"):
        assert rose.refused("POST", "/subnets", {"subnet": {**asked, "cidr": cidr}})[0] in (400, 409), cidr


def test_a_pool_with_more_blocks_than_can_be_counted_is_cut_at_once(rose: Person) -> None:
    pool = rose.make("subnetpool", name="pool", prefixes=["fd00::/16"], default_prefixlen=17, min_prefixlen=17)
    network = rose.make("network")
    asked = {"network_id": network["id"], "subnetpool_id": pool["id"]}
    found = [rose.make("subnet", **asked, prefixlen=length)["cidr"] for length in (17, 128, 64, 128)]
    assert found == ["fd00::/17", "fd00:8000::/128", "fd00:8000:0:1::/64", "fd00:8000::1/128"]


@pytest.mark.parametrize("owner", ["network:router_interface", "network:router_gateway"])
def test_a_leg_of_a_router_is_only_its_owners_to_make(rose: Person, tulip: Person, owner: str) -> None:
    router = rose.make("router", name="mine")
    network, _ = tulip.network()
    leg = {"device_owner": owner, "device_id": router["id"]}
    status, message = tulip.refused("POST", "/ports", {"port": {"network_id": network["id"], **leg}})
    assert (status, router["id"] in message) == (409, True)
    port = tulip.make("port", network_id=network["id"])
    assert tulip.refused("PUT", f"/ports/{port['id']}", {"port": leg})[0] == 409
    assert rose.ask("DELETE", f"/routers/{router['id']}").status_code == 204


def test_on_a_shared_network_guards_stay_on(admin: Person, rose: Person) -> None:
    shared, _ = admin.network(shared=True)
    port = rose.make("port", network_id=shared["id"])
    pairs = [{"ip_address": "10.0.0.1"}]
    for change in (
        {"port_security_enabled": False}, {"device_owner": "network:dhcp"}, {"allowed_address_pairs": pairs},
    ):
        assert rose.refused("POST", "/ports", {"port": {"network_id": shared["id"], **change}})[0] == 403
        assert rose.refused("PUT", f"/ports/{port['id']}", {"port": change})[0] == 403
        assert admin.put(f"/ports/{port['id']}", port=change)
    assert rose.put(f"/ports/{port['id']}", port={"name": "still mine", "port_security_enabled": False})


def test_who_acts_in_no_project_has_nothing_there(cloud: NetworkCloud) -> None:
    nobody = cloud.person("member@")
    assert nobody.refused("GET", "/ports")[0] == 403
    assert nobody.refused("POST", "/networks", {"network": {"name": "n"}})[0] == 403


ZONE = "fe80::1%\nx"


@pytest.mark.parametrize("field", [
    {"dns_nameservers": [ZONE]}, {"gateway_ip": ZONE}, {"cidr": "fe80::%x/64"},
    {"host_routes": [{"destination": "fd00::/64", "nexthop": ZONE}]},
    {"allocation_pools": [{"start": "fe80::2%a", "end": "fe80::3%a"}]},
])
def test_an_address_has_no_zone(rose: Person, field: dict[str, object]) -> None:
    network = rose.make("network")
    asked = {"network_id": network["id"], "cidr": "fe80::/64", **field}
    assert rose.refused("POST", "/subnets", {"subnet": asked})[0] == 400


@pytest.mark.parametrize("field", [
    {"allowed_address_pairs": [{"ip_address": "anything"}]}, {"allowed_address_pairs": [{"ip_address": "1.2.3.4/99"}]},
    {"mac_address": "fa:16:3e:00:00:01\n"}, {"allowed_address_pairs": [{"ip_address": "fe80::1%0"}]},
    {"binding:vnic_type": "v" * 65},
])
def test_a_port_says_nothing_that_is_no_address(rose: Person, field: dict[str, object]) -> None:
    network, _ = rose.network()
    assert rose.refused("POST", "/ports", {"port": {"network_id": network["id"], **field}})[0] == 400


@pytest.mark.parametrize("limit", ["²", "1" * 5000, "--1", "-2", 2147483648, 1.5, True, None, "1\n"])
def test_a_limit_that_is_none_is_refused(admin: Person, limit: object) -> None:
    assert admin.refused("PUT", "/quotas/roses", {"quota": {"network": limit}})[0] == 400


def test_limits_are_of_projects_that_can_be(admin: Person) -> None:
    assert admin.refused("PUT", f"/quotas/{'x' * 65}", {"quota": {"network": 1}})[0] == 400
