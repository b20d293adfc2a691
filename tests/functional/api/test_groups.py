"""Aggregates of hosts and groups of servers: what is asked, what is refused, and where servers may live."""

from __future__ import annotations

import pytest

from nova_lite.core.errors import Conflict
from nova_lite.db.reads import hosts
from nova_lite.db.reads import server_groups as reads
from tests.functional.api.cloud import HOST, IMAGE, OTHER_PROJECT, PROJECT, Answer, ComputeCloud

ADMIN, MEMBER, OTHER = f"admin@{PROJECT}", f"member@{PROJECT}", f"member@{OTHER_PROJECT}"


def _aggregate(cloud: ComputeCloud, name: str, zone: str | None = None) -> int:
    answer = cloud.ask("POST", "/os-aggregates", {"aggregate": {"name": name, "availability_zone": zone}}, token=ADMIN)
    return int(str(answer.at("aggregate", "id")))


def _act(cloud: ComputeCloud, number: int, action: str, **arguments: object) -> Answer:
    return cloud.ask("POST", f"/os-aggregates/{number}/action", {action: arguments}, token=ADMIN)


def _zone(cloud: ComputeCloud) -> str:
    with cloud.database.read() as tx:
        return hosts.one(tx, HOST).availability_zone


def test_a_host_is_in_the_zone_of_its_aggregate(cloud: ComputeCloud) -> None:
    number = _aggregate(cloud, "rack", "east")
    assert _act(cloud, number, "add_host", host=HOST).at("aggregate", "hosts") == [HOST]
    assert _zone(cloud) == "east"
    assert _act(cloud, number, "set_metadata", metadata={"availability_zone": "west", "ssd": "true"}).status == 200
    assert _zone(cloud) == "west"
    assert _act(cloud, number, "remove_host", host=HOST).at("aggregate", "hosts") == []
    assert _zone(cloud) == "nova"
    assert cloud.ask("DELETE", f"/os-aggregates/{number}", token=ADMIN).status == 200
    assert cloud.ask("GET", f"/os-aggregates/{number}", token=ADMIN).status == 404


def test_a_host_is_in_one_zone(cloud: ComputeCloud) -> None:
    east, west = _aggregate(cloud, "east", "east"), _aggregate(cloud, "west", "west")
    _act(cloud, east, "add_host", host=HOST)
    refused = _act(cloud, west, "add_host", host=HOST)
    assert refused.status == 409
    assert "availability zone east" in refused.message
    assert cloud.ask("DELETE", f"/os-aggregates/{east}", token=ADMIN).status == 400


def test_a_zone_does_not_change_under_servers(cloud: ComputeCloud) -> None:
    number = _aggregate(cloud, "rack", "nova")
    _act(cloud, number, "add_host", host=HOST)
    cloud.active()
    refused = cloud.ask("PUT", f"/os-aggregates/{number}", {"aggregate": {"availability_zone": "x"}}, token=ADMIN)
    assert refused.status == 400
    assert _zone(cloud) == "nova"


def test_wrong_words_about_aggregates(cloud: ComputeCloud) -> None:
    number = _aggregate(cloud, "rack")
    assert cloud.ask("POST", "/os-aggregates", {"aggregate": {"name": "rack"}}, token=ADMIN).status == 409
    assert cloud.ask("POST", "/os-aggregates", {"aggregate": {"name": ""}}, token=ADMIN).status == 400
    assert _act(cloud, number, "add_host", host="nobody").status == 404
    assert _act(cloud, number, "remove_host", host=HOST).status == 404
    assert _act(cloud, 999, "add_host", host=HOST).status == 404
    _act(cloud, number, "add_host", host=HOST)
    assert _act(cloud, number, "add_host", host=HOST).status == 409


def _group(cloud: ComputeCloud, policy: str, **more: object) -> str:
    body = {"server_group": {"name": "g", "policy": policy, **more}}
    return str(cloud.ask("POST", "/os-server-groups", body, token=MEMBER).at("server_group", "id"))


def _boot(cloud: ComputeCloud, group: str) -> str:
    server = {"name": "vm", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto"}
    answer = cloud.ask("POST", "/servers", {"server": server, "os:scheduler_hints": {"group": group}}, token=MEMBER)
    assert answer.status == 202, answer.body
    return str(answer.at("server", "id"))


def _active(cloud: ComputeCloud, group: str) -> str:
    server = _boot(cloud, group)
    cloud.complete(server)
    return server


def test_a_group_shows_its_members(cloud: ComputeCloud) -> None:
    group = _group(cloud, "anti-affinity", rules={"max_server_per_host": 3})
    shown = cloud.ask("GET", f"/os-server-groups/{group}", token=MEMBER)
    assert shown.at("server_group", "rules") == {"max_server_per_host": 3}
    assert shown.at("server_group", "members") == []
    assert cloud.ask("GET", f"/os-server-groups/{group}", token=OTHER).status == 404
    assert cloud.ask("DELETE", f"/os-server-groups/{group}", token=OTHER).status == 404
    assert cloud.ask("DELETE", f"/os-server-groups/{group}", token=MEMBER).status == 204
    assert cloud.ask("GET", "/os-server-groups", token=MEMBER).at("server_groups") == []


def test_rules_are_for_anti_affinity(cloud: ComputeCloud) -> None:
    body = {"server_group": {"name": "g", "policy": "affinity", "rules": {"max_server_per_host": 2}}}
    assert cloud.ask("POST", "/os-server-groups", body, token=MEMBER).status == 400


def test_groups_are_limited(cloud: ComputeCloud) -> None:
    statuses = [
        cloud.ask("POST", "/os-server-groups", {"server_group": {"name": "g", "policy": "affinity"}},
                  token=MEMBER).status
        for _ in range(11)
    ]
    assert statuses == [200] * 10 + [403]


def test_a_claim_keeps_members_apart(cloud: ComputeCloud) -> None:
    group = _group(cloud, "anti-affinity")
    first = _active(cloud, group)
    second = _boot(cloud, group)
    with cloud.database.read() as tx:
        assert reads.get(tx, group, PROJECT).members == (first, second)
    with pytest.raises(Conflict):
        cloud.complete(second)


def test_a_claim_keeps_members_together(cloud: ComputeCloud) -> None:
    group = _group(cloud, "affinity")
    first, second = _active(cloud, group), _active(cloud, group)
    with cloud.database.read() as tx:
        assert reads.get(tx, group, PROJECT).members == (first, second)


def test_a_group_that_is_not_there_is_refused(cloud: ComputeCloud) -> None:
    body = {
        "server": {"name": "vm", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto"},
        "os:scheduler_hints": {"group": "99999999-9999-4999-8999-999999999999"},
    }
    assert cloud.ask("POST", "/servers", body, token=MEMBER).status == 400
