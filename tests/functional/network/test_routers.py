"""Routers, security groups, floating addresses."""

from __future__ import annotations

import pytest

from tests.functional.network.cloud import Json, Person


@pytest.fixture
def public(admin: Person) -> Json:
    network, _ = admin.network("172.24.4.0/24", **{"router:external": True})
    return network


def test_a_router_joins_and_parts(rose: Person) -> None:
    _, subnet = rose.network()
    router = rose.make("router", name="r")
    path = f"/routers/{router['id']}"
    joined = rose.put(f"{path}/add_router_interface", subnet_id=subnet["id"])
    (port,) = rose.get(f"/ports?device_id={router['id']}")["ports"]
    assert (joined["port_id"], port["fixed_ips"]) == (
        port["id"], [{"subnet_id": subnet["id"], "ip_address": "10.0.0.1"}]
    )
    assert rose.refused("DELETE", path)[0] == 409
    assert rose.refused("DELETE", f"/ports/{port['id']}")[0] == 409
    assert rose.refused("PUT", f"{path}/add_router_interface", {"subnet_id": subnet["id"]})[0] == 400
    gone = {"router": {"routes": [{"destination": "10.7.0.0/24", "nexthop": "10.0.0.9"}]}}
    assert rose.ask("PUT", path, gone).status_code == 200
    assert rose.refused("PUT", f"{path}/remove_router_interface", {"subnet_id": subnet["id"]})[0] == 409
    rose.put(path, router={"routes": []})
    rose.put(f"{path}/remove_router_interface", port_id=port["id"])
    assert rose.ask("DELETE", path).status_code == 204


def test_routes_come_and_go_without_the_others(rose: Person, tulip: Person) -> None:
    _, subnet = rose.network()
    path = f"/routers/{rose.make('router', name='r')['id']}"
    rose.put(f"{path}/add_router_interface", subnet_id=subnet["id"])
    one, two, three = ({"destination": f"10.7.{n}.0/24", "nexthop": "10.0.0.9"} for n in range(3))

    def change(verb: str, *routes: Json) -> object:
        return rose.put(f"{path}/{verb}_extraroutes", router={"routes": list(routes)})["router"]["routes"]

    assert change("add", one) == [one]
    assert change("add", one, two) == [one, two]
    assert change("remove", one, three) == [two]
    assert rose.get(path)["router"]["routes"] == [two]
    for wrong in (
        [{**one, "nexthop": "192.0.2.1"}], [one, one], [{"destination": "x", "nexthop": "10.0.0.9"}], [one["nexthop"]]
    ):
        assert rose.refused("PUT", f"{path}/add_extraroutes", {"router": {"routes": wrong}})[0] == 400
    assert rose.refused("PUT", f"{path}/add_extraroutes", {"routes": [one]})[0] == 400
    assert tulip.refused("PUT", f"{path}/add_extraroutes", {"router": {"routes": [one]}})[0] == 404
    assert rose.get(path)["router"]["routes"] == [two]


def test_a_gateway_is_on_an_external_network(rose: Person, public: Json) -> None:
    network, _ = rose.network()
    router = rose.make("router", external_gateway_info={"network_id": public["id"]})
    info = router["external_gateway_info"]
    assert isinstance(info, dict) and info["external_fixed_ips"][0]["ip_address"].startswith("172.24.4.")
    wrong = {"router": {"external_gateway_info": {"network_id": network["id"]}}}
    assert rose.refused("PUT", f"/routers/{router['id']}", wrong)[0] == 400
    wrong = {"router": {"external_gateway_info": {"network_id": "nothing"}}}
    assert rose.refused("PUT", f"/routers/{router['id']}", wrong)[0] == 404
    chosen = {"router": {"external_gateway_info": {"network_id": public["id"], "enable_snat": False}}}
    assert rose.refused("PUT", f"/routers/{router['id']}", chosen)[0] == 403
    cleared = rose.put(f"/routers/{router['id']}", router={"external_gateway_info": {}})["router"]
    assert isinstance(cleared, dict) and cleared["external_gateway_info"] is None


def test_distributed_routers_are_refused(rose: Person, admin: Person) -> None:
    assert rose.refused("POST", "/routers", {"router": {"distributed": True}})[0] == 403
    assert admin.refused("POST", "/routers", {"router": {"distributed": True}})[0] == 400


def test_a_floating_address_needs_a_way(rose: Person, admin: Person, public: Json) -> None:
    network, subnet = rose.network()
    port = rose.make("port", network_id=network["id"])
    floating = rose.make("floatingip", floating_network_id=public["id"])
    path, tied = f"/floatingips/{floating['id']}", {"floatingip": {"port_id": port["id"]}}
    assert floating["status"] == "DOWN"
    assert rose.refused("PUT", path, tied)[0] == 404
    router = rose.make("router", external_gateway_info={"network_id": public["id"]})
    rose.put(f"/routers/{router['id']}/add_router_interface", subnet_id=subnet["id"])
    changed = rose.put(path, **tied)["floatingip"]
    assert isinstance(changed, dict)
    assert (changed["status"], changed["router_id"], changed["fixed_ip_address"]) == (
        "ACTIVE", router["id"], port["fixed_ips"][0]["ip_address"],
    )
    second = {"floatingip": {"floating_network_id": public["id"], "port_id": port["id"]}}
    assert rose.refused("POST", "/floatingips", second)[0] == 409
    assert rose.refused(
        "PUT", f"/routers/{router['id']}/remove_router_interface", {"subnet_id": subnet["id"]}
    )[0] == 409
    assert rose.refused("PUT", f"/routers/{router['id']}", {"router": {"external_gateway_info": None}})[0] == 409
    assert rose.ask("DELETE", f"/ports/{port['id']}").status_code == 204
    free = rose.get(path)["floatingip"]
    assert isinstance(free, dict) and (free["status"], free["port_id"], free["router_id"]) == ("DOWN", None, None)
    assert rose.ask("DELETE", path).status_code == 204
    assert admin.get("/ports?device_owner=network:floatingip")["ports"] == []


def test_a_floating_address_is_of_an_external_network(rose: Person) -> None:
    network, _ = rose.network()
    assert rose.refused("POST", "/floatingips", {"floatingip": {"floating_network_id": network["id"]}})[0] == 400


def test_a_project_has_a_default_group(rose: Person, tulip: Person) -> None:
    assert rose.names("/security-groups") == ["default"]
    (group,) = rose.get("/security-groups?name=default")["security_groups"]
    rules = {(rule["direction"], rule["ethertype"], rule["remote_group_id"]) for rule in group["security_group_rules"]}
    assert rules == {
        (direction, family, remote) for direction, remote in (("egress", None), ("ingress", group["id"]))
        for family in ("IPv4", "IPv6")
    }
    assert rose.refused("POST", "/security-groups", {"security_group": {"name": "default"}})[0] == 409
    assert rose.refused("PUT", f"/security-groups/{group['id']}", {"security_group": {"name": "x"}})[0] == 409
    assert tulip.refused("GET", f"/security-groups/{group['id']}")[0] == 404


@pytest.mark.parametrize(("rule", "status", "words"), [
    ({"protocol": "xyz"}, 400, "protocol xyz not supported"),
    ({"ethertype": "IPX"}, 400, "ethertype"),
    ({"protocol": "tcp", "port_range_min": 80, "port_range_max": 79}, 400, "port_range_min must be <="),
    ({"protocol": "icmp", "port_range_max": 6}, 400, "ICMP type (port-range-min) is missing"),
    ({"port_range_min": 1, "port_range_max": 2}, 400, "Must also specify protocol"),
    ({"remote_ip_prefix": "10.0.0.0/33"}, 400, "not a valid IP subnet"),
    ({"remote_ip_prefix": "fd00::/8"}, 400, "Conflicting value ethertype"),
    ({"remote_group_id": "nothing"}, 404, "could not be found"),
    ({"direction": "sideways"}, 400, "direction"),
])
def test_rules_that_cannot_be_are_refused(rose: Person, rule: Json, status: int, words: str) -> None:
    group = rose.make("security_group", name="web")
    asked = {"security_group_id": group["id"], "direction": "ingress", **rule}
    answer = rose.refused("POST", "/security-group-rules", {"security_group_rule": asked})
    assert (answer[0], words in answer[1]) == (status, True), answer


def test_a_rule_is_made_once(rose: Person) -> None:
    group = rose.make("security_group", name="web")
    asked = {
        "security_group_id": group["id"], "direction": "ingress", "protocol": "tcp", "port_range_min": 22,
        "port_range_max": 22, "remote_ip_prefix": "10.0.0.1",
    }
    rule = rose.make("security_group_rule", **asked)
    assert (rule["remote_ip_prefix"], rule["ethertype"]) == ("10.0.0.1/32", "IPv4")
    shown = rose.make("security_group_rule", **{**asked, "remote_ip_prefix": "10.2.3.124/24"})["remote_ip_prefix"]
    assert shown == "10.2.3.124/24"
    status, message = rose.refused("POST", "/security-group-rules", {"security_group_rule": asked})
    assert (status, str(rule["id"]) in message) == (409, True)
    assert rose.ask("DELETE", f"/security-group-rules/{rule['id']}").status_code == 204
    assert rose.ask("DELETE", f"/security-groups/{group['id']}").status_code == 204


def test_subnets_are_cut_from_a_pool(rose: Person) -> None:
    pool = rose.make("subnetpool", name="pool", prefixes=["10.8.0.0/23"], default_prefixlen=24)
    network = rose.make("network")
    cut = [rose.make("subnet", network_id=network["id"], subnetpool_id=pool["id"])["cidr"] for _ in range(2)]
    assert cut == ["10.8.0.0/24", "10.8.1.0/24"]
    more = {"subnet": {"network_id": network["id"], "subnetpool_id": pool["id"]}}
    assert rose.refused("POST", "/subnets", more)[0] == 409
    assert rose.refused("DELETE", f"/subnetpools/{pool['id']}")[0] == 409
