"""The security groups that old clients ask the compute API for, in front of a network service."""

from __future__ import annotations

from tests.functional.api.cloud import OTHER_PROJECT, PROJECT, Answer, ComputeCloud

OLD = "2.35"  # the last version that has them
MEMBER, OTHER, ADMIN = f"member@{PROJECT}", f"member@{OTHER_PROJECT}", f"admin@{PROJECT}"


def _group(cloud: ComputeCloud, name: str, token: str) -> str:
    body = {"security_group": {"name": name, "description": "d"}}
    answer = cloud.ask("POST", "/os-security-groups", body, token=token, version=OLD)
    assert answer.status == 200, answer.body
    return str(answer.at("security_group", "id"))


def _rule(cloud: ComputeCloud, group: str, source: str, token: str) -> Answer:
    body = {"parent_group_id": group, "group_id": source, "ip_protocol": "tcp", "from_port": 1, "to_port": 1}
    return cloud.ask("POST", "/os-security-group-rules", {"security_group_rule": body}, token=token, version=OLD)


def _rules(cloud: ComputeCloud, group: str) -> object:
    return cloud.ask("GET", f"/os-security-groups/{group}", token=MEMBER, version=OLD).at("security_group", "rules")


def test_a_rule_tells_nothing_of_a_strangers_group(networked: ComputeCloud) -> None:
    mine, theirs = _group(networked, "mine", MEMBER), _group(networked, "their secret", OTHER)
    answer = _rule(networked, mine, theirs, MEMBER)
    assert (answer.status, b"secret" in answer.body) == (404, False)
    assert _rules(networked, mine) == []
    # One's own is told by its name, and an administrator sees every group.
    own = _rule(networked, mine, mine, MEMBER)
    assert own.at("security_group_rule", "group") == {"name": "mine", "tenant_id": PROJECT}
    assert _rule(networked, mine, theirs, ADMIN).at("security_group_rule", "group", "name") == "their secret"
