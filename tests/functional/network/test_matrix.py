"""Every route with every role: who is let in, and who is not."""

from __future__ import annotations

import pytest

from nova_lite.api.network.app import COLLECTIONS, ROUTES
from nova_lite.api.network.services import NetworkServices
from nova_lite.api.routing import Route
from tests.functional.network.cloud import NetworkCloud, Person

LADDER = ("nobody", "reader", "member", "admin")
ADMINS = frozenset({"update_quota", "delete_quota"})
GUARDED = [route for route in ROUTES if not route.public and route.rule is not None]


def _name(route: Route[NetworkServices]) -> str:
    return f"{route.method} {route.path}"


def _lowest(route: Route[NetworkServices]) -> str:
    if route.rule in ADMINS or route.path == "/v2.0/quotas":  # the limits of all projects
        return "admin"
    return "reader" if route.method == "GET" else "member"


def _records(rose: Person, admin: Person) -> dict[str, str]:
    """One of each noun, of the project roses; by the path of its collection."""
    network, subnet = rose.network()
    public, _ = admin.network("10.1.0.0/24", **{"router:external": True})
    group = rose.make("security_group", name="g")
    return {
        "networks": network["id"], "subnets": subnet["id"], "security-groups": group["id"],
        "security-group-rules": group["security_group_rules"][0]["id"],
        "ports": rose.make("port", network_id=network["id"])["id"], "routers": rose.make("router", name="r")["id"],
        "floatingips": rose.make("floatingip", floating_network_id=public["id"])["id"],
        "subnetpools": rose.make("subnetpool", name="p", prefixes=["10.0.0.0/16"])["id"],
    }


def test_a_route_lets_in_whom_it_should(cloud: NetworkCloud, rose: Person, admin: Person) -> None:
    records = _records(rose, admin)
    assert set(records) == {collection.path for collection in COLLECTIONS}
    names = {collection.path: collection.name for collection in COLLECTIONS}
    for route in GUARDED:
        noun = route.path.split("/")[2]
        path = route.path.removeprefix("/v2.0").format(id=records.get(noun, ""), project_id="roses", tag="t")
        # A body that says nothing: who is let in is refused for it, and changes nothing.
        body = {names.get(noun, "quota"): {"no such": "field"}} if route.method in ("POST", "PUT") else None
        for role in LADDER:
            allowed = LADDER.index(role) >= LADDER.index(_lowest(route))
            if allowed and route.method == "DELETE":
                continue  # the record is for the others
            status = cloud.person(f"{role}@roses").ask(route.method, path, body).status_code
            if not allowed and status == 400 and route.method == "POST":
                continue  # looks at the body before it knows whose record it is to be
            assert (status != 403) == allowed and status < 500, (_name(route), role, status)
        if "{id}" in route.path:
            status = cloud.person("member@tulips").ask(route.method, path, body).status_code
            assert status == 404, (_name(route), status)


@pytest.mark.parametrize("noun", ["network", "port", "router", "security_group"])
def test_a_reader_makes_nothing(reader: Person, rose: Person, noun: str) -> None:
    network, _ = rose.network()
    fields = {"network_id": network["id"]} if noun == "port" else {"name": "n"}
    assert reader.refused("POST", f"/{noun.replace('_', '-')}s", {noun: fields})[0] == 403
