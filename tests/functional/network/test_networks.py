"""Networks, subnets, ports: what is made, seen, refused."""

from __future__ import annotations

import pytest

from tests.functional.network.cloud import NetworkCloud, Person


def test_versions_need_no_token(cloud: NetworkCloud) -> None:
    nobody = Person(f"{cloud.url}/network", "")
    assert nobody.get("/")["versions"] == [{
        "id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": f"{cloud.url}/network/v2.0/"}],
    }]
    assert nobody.ask("GET", "/v2.0/networks").status_code == 401


def test_extensions_are_listed_and_shown(rose: Person) -> None:
    listed = rose.get("/extensions")["extensions"]
    assert isinstance(listed, list)
    for extension in listed:
        assert rose.get(f"/extensions/{extension['alias']}")["extension"] == extension
    assert rose.refused("GET", "/extensions/Availability Zone")[0] == 404
    assert rose.get("/availability_zones")["availability_zones"]


def test_a_network_lives_and_dies(rose: Person) -> None:
    network, subnet = rose.network()
    assert rose.get(f"/networks/{network['id']}")["network"] == {**network, "subnets": [subnet["id"]]}
    assert rose.put(f"/networks/{network['id']}", network={"name": "new"})["network"]["name"] == "new"
    port = rose.make("port", network_id=network["id"])
    status, message = rose.refused("DELETE", f"/networks/{network['id']}")
    assert (status, str(port["id"]) in message) == (409, True)
    assert rose.refused("DELETE", f"/subnets/{subnet['id']}")[0] == 409
    assert rose.ask("DELETE", f"/ports/{port['id']}").status_code == 204
    assert rose.ask("DELETE", f"/networks/{network['id']}").status_code == 204
    assert rose.refused("GET", f"/subnets/{subnet['id']}") == (404, f"Subnet {subnet['id']} could not be found.")


def test_an_external_network_goes_with_the_floating_addresses_that_lead_nowhere(admin: Person, rose: Person) -> None:
    network, _ = admin.network("172.24.9.0/24", **{"router:external": True})
    floating = rose.make("floatingip", floating_network_id=network["id"])
    router = admin.make("router", external_gateway_info={"network_id": network["id"]})
    assert admin.refused("DELETE", f"/networks/{network['id']}")[0] == 409
    assert rose.get(f"/floatingips/{floating['id']}")
    assert admin.ask("DELETE", f"/routers/{router['id']}").status_code == 204
    assert admin.ask("DELETE", f"/networks/{network['id']}").status_code == 204
    assert rose.get("/floatingips")["floatingips"] == []
    assert admin.get(f"/ports?network_id={network['id']}")["ports"] == []


def test_nobody_sees_agents_and_nobody_is_refused(admin: Person, rose: Person) -> None:
    assert admin.get("/agents") == rose.get("/agents") == {"agents": []}


def test_others_see_only_what_is_shared(admin: Person, rose: Person, tulip: Person) -> None:
    mine, _ = rose.network()
    shared, _ = admin.network(shared=True)
    public = admin.make("network", name="public", **{"router:external": True})
    assert rose.names("/networks") == ["net", "net", "public"]
    assert tulip.refused("GET", f"/networks/{mine['id']}")[0] == 404
    assert tulip.get(f"/networks/{shared['id']}") and tulip.get(f"/networks/{public['id']}")
    assert tulip.refused("DELETE", f"/networks/{shared['id']}")[0] == 403
    assert tulip.refused("POST", "/ports", {"port": {"network_id": mine["id"]}})[0] == 404
    assert tulip.make("port", network_id=shared["id"])["project_id"] == "tulips"
    exact = {"port": {"network_id": shared["id"], "fixed_ips": [{"ip_address": "10.0.0.9"}]}}
    assert tulip.refused("POST", "/ports", exact)[0] == 403
    assert tulip.refused("POST", "/subnets", {"subnet": {"network_id": shared["id"], "cidr": "10.9.0.0/24"}})[0] == 403
    assert admin.refused("PUT", f"/networks/{shared['id']}", {"network": {"shared": False}})[0] == 409


@pytest.mark.parametrize("field", ["shared", "router:external", "is_default"])
def test_what_is_for_administrators_is_refused_to_others(rose: Person, field: str) -> None:
    assert rose.refused("POST", "/networks", {"network": {"name": "n", field: True}})[0] == 403
    network = rose.make("network", name="n", **{field: False})
    assert rose.refused("PUT", f"/networks/{network['id']}", {"network": {field: True}})[0] == 403


def test_readers_read(rose: Person, reader: Person) -> None:
    network, _ = rose.network()
    assert reader.names("/networks") == ["net"]
    assert reader.refused("POST", "/networks", {"network": {}})[0] == 403
    assert reader.refused("DELETE", f"/networks/{network['id']}")[0] == 403


def test_nobody_makes_records_of_others(rose: Person, admin: Person) -> None:
    assert rose.refused("POST", "/networks", {"network": {"project_id": "tulips"}})[0] == 403
    assert admin.make("network", tenant_id="tulips")["project_id"] == "tulips"


@pytest.mark.parametrize(("subnet", "words"), [
    ({"cidr": "10.0.0.0/24"}, "overlaps with another subnet"),
    ({"cidr": "10.0.0"}, "not a valid IP subnet"),
    ({"cidr": "10.1.0.0/24", "ip_version": 6}, "ip_version"),
    ({"cidr": "10.1.0.0/24", "allocation_pools": [{"start": "10.2.0.1", "end": "10.2.0.9"}]}, "spans beyond"),
    ({"cidr": "10.1.0.0/24", "gateway_ip": "10.1.0.255"}, "not valid on subnet"),
    ({"cidr": "10.1.0.0/24", "dns_nameservers": ["x"]}, "not a valid IP address"),
    ({"cidr": "10.1.0.0/24", "ipv6_ra_mode": "slaac"}, "need IPv6"),
    ({"cidr": "10.1.0.0/24", "colour": "red"}, "colour"),
    ({}, "needs a cidr"),
])
def test_subnets_that_cannot_be_are_refused(rose: Person, subnet: dict[str, object], words: str) -> None:
    network, _ = rose.network()
    status, message = rose.refused("POST", "/subnets", {"subnet": {"network_id": network["id"], **subnet}})
    assert (status, words in message) == (400, True), message


def test_a_pool_may_not_hold_the_gateway(rose: Person) -> None:
    network = rose.make("network")
    pools = [{"start": "10.1.0.1", "end": "10.1.0.9"}]
    body = {"subnet": {"network_id": network["id"], "cidr": "10.1.0.0/24", "allocation_pools": pools}}
    assert rose.refused("POST", "/subnets", body)[0] == 409


def test_machines_of_slaac_name_themselves(rose: Person) -> None:
    network = rose.make("network")
    rose.make(
        "subnet", network_id=network["id"], cidr="2001:db8::/64", ip_version=6, ipv6_ra_mode="slaac",
        ipv6_address_mode="slaac",
    )
    port = rose.make("port", network_id=network["id"], mac_address="fa:16:3e:01:02:03")
    assert [fixed["ip_address"] for fixed in port["fixed_ips"]] == ["2001:db8::f816:3eff:fe01:203"]


def test_a_port_is_changed(rose: Person) -> None:
    network, subnet = rose.network()
    group = rose.make("security_group", name="web")
    port = rose.make("port", network_id=network["id"], fixed_ips=[{"ip_address": "10.0.0.9"}])
    changed = rose.put(f"/ports/{port['id']}", port={
        "fixed_ips": [{"ip_address": "10.0.0.9"}, {"subnet_id": subnet["id"]}], "security_groups": [group["id"]],
        "allowed_address_pairs": [{"ip_address": "10.0.0.128/25"}],
    })["port"]
    assert isinstance(changed, dict)
    assert [fixed["ip_address"] for fixed in changed["fixed_ips"]] == ["10.0.0.9", "10.0.0.2"]
    assert changed["security_groups"] == [group["id"]]
    assert changed["allowed_address_pairs"] == [{"ip_address": "10.0.0.128/25", "mac_address": port["mac_address"]}]
    assert rose.refused("DELETE", f"/security-groups/{group['id']}") == (409, f"Security Group {group['id']} in use.")
    other = rose.make("port", network_id=network["id"])
    taken = rose.refused("PUT", f"/ports/{other['id']}", {"port": {"fixed_ips": [{"ip_address": "10.0.0.9"}]}})
    assert taken[0] == 409


def test_several_are_made_at_once_or_none(rose: Person) -> None:
    network, _ = rose.network()
    both = [{"network_id": network["id"], "name": name} for name in ("a", "b")]
    assert rose.ask("POST", "/ports", {"ports": both}).status_code == 201
    assert rose.names("/ports?sort_key=name") == ["a", "b"]
    clash = [{"network_id": network["id"], "fixed_ips": [{"ip_address": "10.0.0.9"}]}] * 2
    assert rose.refused("POST", "/ports", {"ports": clash})[0] == 409
    assert rose.names("/ports?sort_key=name") == ["a", "b"]


def test_lists_are_filtered_cut_and_paged(rose: Person) -> None:
    for name in "abcde":
        rose.make("network", name=name)
    assert rose.names("/networks?name=b&name=d") == ["b", "d"]
    assert rose.get("/networks?name=a&fields=name&fields=mtu")["networks"] == [{"name": "a", "mtu": 1500}]
    assert rose.refused("GET", "/networks?colour=red")[0] == 400
    assert rose.refused("GET", "/networks?limit=x")[0] == 400
    assert rose.refused("GET", "/networks?sort_key=tags")[0] == 400
    assert rose.refused("GET", "/networks?marker=nothing&limit=2")[0] == 400
    first = rose.get("/networks?sort_key=name&sort_dir=desc&limit=2")
    assert [item["name"] for item in first["networks"]] == ["e", "d"]
    (link,) = [item["href"] for item in first["networks_links"] if item["rel"] == "next"]
    assert rose.names(link.partition("/v2.0")[2]) == ["c", "b"]


def test_limits_are_shown_set_and_kept(admin: Person, rose: Person) -> None:
    quota = rose.get("/quotas/roses")["quota"]
    assert isinstance(quota, dict) and (quota["router"], quota["network"]) == (2, 100)
    assert rose.refused("PUT", "/quotas/roses", {"quota": {"network": 1}})[0] == 403
    assert rose.refused("GET", "/quotas/tulips")[0] == 403
    admin.put("/quotas/roses", quota={"network": 1})
    rose.make("network")
    assert rose.refused("POST", "/networks", {"network": {}}) == (409, "Quota exceeded for resources: ['network'].")
    details = rose.get("/quotas/roses/details")["quota"]
    assert isinstance(details, dict) and details["network"] == {"limit": 1, "used": 1, "reserved": 0}
    assert admin.ask("DELETE", "/quotas/roses").status_code == 204
    rose.make("network")


def test_tags(rose: Person, tulip: Person) -> None:
    network = rose.make("network", name="n")
    tags = f"/networks/{network['id']}/tags"
    assert rose.put(tags, tags=["red", "blue"]) == {"tags": ["blue", "red"]}
    assert rose.ask("PUT", f"{tags}/green").status_code == 201
    assert rose.ask("GET", f"{tags}/green").status_code == 204
    assert rose.ask("DELETE", f"{tags}/red").status_code == 204
    assert rose.get(tags) == {"tags": ["blue", "green"]}
    assert rose.names("/networks?tags=blue,green") == ["n"]
    assert rose.refused("GET", f"{tags}/red")[0] == 404
    assert tulip.refused("PUT", tags, {"tags": []})[0] == 404
    assert rose.ask("DELETE", tags).status_code == 204


@pytest.mark.parametrize(("method", "path", "body", "status"), [
    ("POST", "/networks", {}, 400), ("POST", "/networks", {"network": []}, 400), ("POST", "/networks", None, 400),
    ("POST", "/networks", {"networks": []}, 400), ("POST", "/networks", {"network": {"name": 7}}, 400),
    ("POST", "/networks", {"network": {"name": "x" * 256}}, 400), ("POST", "/networks", {"network": {"mtu": -1}}, 400),
    ("GET", "/networks/%00", None, 400), ("GET", "/networks/net1", None, 404), ("PATCH", "/networks", None, 405),
    ("GET", "/nothing", None, 404), ("PUT", "/routers/nothing/add_router_interface", {}, 404),
    ("POST", "/ports", {"port": {"network_id": "nothing"}}, 404),
    ("POST", "/subnetpools", {"subnetpool": {"prefixes": []}}, 400),
])
def test_bad_requests_are_told_as_neutron_tells_them(
    rose: Person, method: str, path: str, body: object, status: int
) -> None:
    assert rose.refused(method, path, body)[0] == status


def test_errors_have_neutrons_names(rose: Person) -> None:
    network = rose.make("network", name="busy")
    subnet = rose.make("subnet", network_id=network["id"], cidr="10.77.0.0/29", ip_version=4)
    port = rose.make("port", network_id=network["id"])
    address = {"subnet_id": subnet["id"], "ip_address": port["fixed_ips"][0]["ip_address"]}
    again = {"port": {"network_id": network["id"], "fixed_ips": [address]}}
    gateway = {"network_id": network["id"], "cidr": "10.78.0.0/29", "ip_version": 4, "gateway_ip": "nonsense"}
    nowhere = "0" * 32
    assert [rose.fault(*asked) for asked in (
        ("GET", f"/networks/{nowhere}"), ("GET", f"/security-groups/{nowhere}"), ("GET", f"/floatingips/{nowhere}"),
        ("DELETE", f"/networks/{network['id']}"), ("DELETE", f"/subnets/{subnet['id']}"), ("POST", "/ports", again),
        ("POST", "/subnets", {"subnet": gateway}), ("POST", "/networks", {}), ("GET", "/nowhere"),
        ("POST", "/networks", {"network": {"router:external": True}}),
    )] == [
        "NetworkNotFound", "SecurityGroupNotFound", "FloatingIPNotFound", "NetworkInUse", "SubnetInUse",
        "IpAddressAlreadyAllocated", "InvalidInput", "HTTPBadRequest", "HTTPNotFound", "PolicyNotAuthorized",
    ]
