"""Flavors, key pairs, quotas, services: through HTTP."""

from __future__ import annotations

import pytest

from tests.functional.api.cloud import HOST, OTHER_PROJECT, PROJECT, ComputeCloud

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ me@here"
NEW = {"name": "m1.new", "ram": 256, "vcpus": 1, "disk": 1}
CLI = {"swap": 0, "os-flavor-access:is_public": True, "ram": 256, "OS-FLV-EXT-DATA:ephemeral": 0, "id": None,
       "disk": 1, "name": "fl1", "vcpus": 1}
COMPUTE = "30000000-0000-4000-8000-000000000001"
CONDUCTOR = "30000000-0000-4000-8000-000000000002"
HYPERVISOR = "20000000-0000-4000-8000-000000000001"


def _ids(cloud: ComputeCloud, path: str, **how: str) -> set[str]:
    return {flavor["id"] for flavor in cloud.ask("GET", path, **how).at("flavors")}  # type: ignore[attr-defined]


def test_a_flavor_is_made_as_the_cli_makes_it(cloud: ComputeCloud) -> None:
    made = cloud.admin("POST", "/flavors", {"flavor": CLI}, version="2.61")
    assert made.status == 200
    shown = cloud.ask("GET", f"/flavors/{made.at('flavor', 'id')}", version="2.61").at("flavor")
    assert (shown["name"], shown["ram"], shown["swap"]) == ("fl1", 256, "")  # type: ignore[index]


def test_a_name_or_an_id_is_given_once(cloud: ComputeCloud) -> None:
    assert cloud.admin("POST", "/flavors", {"flavor": {**NEW, "id": "x"}}).status == 200
    assert cloud.admin("POST", "/flavors", {"flavor": {**NEW, "id": "y"}}).status == 409
    assert cloud.admin("POST", "/flavors", {"flavor": {**NEW, "name": "other", "id": "x"}}).status == 409


@pytest.mark.parametrize(("change", "field"), [
    ({"name": ""}, "name"), ({"name": 5}, "name"), ({"ram": 0}, "ram"), ({"ram": -1}, "ram"), ({"ram": "lots"}, "ram"),
    ({"vcpus": 0}, "vcpus"), ({"disk": -1}, "disk"), ({"swap": -1}, "swap"), ({"id": "a/b"}, "id"), ({"id": ""}, "id"),
    ({"rxtx_factor": 0}, "rxtx_factor"), ({"os-flavor-access:is_public": "maybe"}, "is_public"),
    ({"ram": 1 << 40}, "ram"), ({"colour": "red"}, "colour"), ({"description": 5}, "description"),
])
def test_a_flavor_that_cannot_be_is_refused_by_field(
    cloud: ComputeCloud, change: dict[str, object], field: str
) -> None:
    answer = cloud.admin("POST", "/flavors", {"flavor": {**NEW, **change}})
    assert answer.status == 400
    assert field in answer.message


def test_a_private_flavor_is_for_those_who_were_let_in(cloud: ComputeCloud) -> None:
    assert _ids(cloud, "/flavors") == {"1", "2"}
    assert cloud.ask("GET", "/flavors/3").status == 404
    allowed = cloud.admin("POST", "/flavors/3/action", {"addTenantAccess": {"tenant": PROJECT}})
    assert allowed.at("flavor_access") == [{"flavor_id": "3", "tenant_id": PROJECT}]
    assert _ids(cloud, "/flavors") == {"1", "2", "3"}
    assert _ids(cloud, "/flavors", token=f"member@{OTHER_PROJECT}") == {"1", "2"}
    assert cloud.admin("POST", "/flavors/3/action", {"addTenantAccess": {"tenant": PROJECT}}).status == 409
    assert cloud.admin("POST", "/flavors/3/action", {"removeTenantAccess": {"tenant": PROJECT}}).status == 200
    assert cloud.admin("POST", "/flavors/3/action", {"removeTenantAccess": {"tenant": PROJECT}}).status == 404
    assert cloud.admin("POST", "/flavors/1/action", {"addTenantAccess": {"tenant": PROJECT}}).status == 409
    assert cloud.admin("GET", "/flavors/1/os-flavor-access").status == 404


@pytest.mark.parametrize(("query", "expected"), [
    ("is_public=None", {"1", "2", "3"}), ("is_public=false", {"3"}), ("is_public=true", {"1", "2"}), ("", {"1", "2"}),
    ("minRam=1000", {"2"}), ("minDisk=2", {"2"}), ("limit=1&sort_key=flavorid", {"1"}), ("marker=1", {"2"}),
])
def test_flavors_are_filtered(cloud: ComputeCloud, query: str, expected: set[str]) -> None:
    found = cloud.admin("GET", f"/flavors/detail?{query}").at("flavors")
    assert {flavor["id"] for flavor in found} == expected  # type: ignore[attr-defined]


@pytest.mark.parametrize("query", ["minRam=x", "limit=-1", "marker=none", "sort_key=colour", "is_public=maybe", "a=b"])
def test_a_flavor_query_that_cannot_be_is_refused(cloud: ComputeCloud, query: str) -> None:
    assert cloud.admin("GET", f"/flavors?{query}").status == 400


def test_extra_specs_and_description(cloud: ComputeCloud) -> None:
    base = "/flavors/1/os-extra_specs"
    assert cloud.admin("POST", base, {"extra_specs": {"my:x": "1"}}).at("extra_specs") == {"my:x": "1"}
    assert cloud.ask("GET", base).at("extra_specs") == {"hw:a": "b", "my:x": "1"}
    assert cloud.admin("PUT", f"{base}/my:x", {"my:x": "2"}).json == {"my:x": "2"}
    assert cloud.admin("PUT", f"{base}/my:x", {"my:y": "2"}).status == 400
    assert cloud.ask("GET", f"{base}/my:x").json == {"my:x": "2"}
    assert [cloud.admin("DELETE", f"{base}/my:x").status for _ in range(2)] == [200, 404]
    assert cloud.admin("PUT", "/flavors/1", {"flavor": {"description": "small"}}).at("flavor", "description") == "small"
    assert cloud.admin("PUT", "/flavors/1", {"flavor": {"description": "x"}}, version="2.54").status == 404


@pytest.mark.parametrize(("name", "value", "words"), [
    ("hw:numa_nodes", "0", "Invalid value for extra spec hw:numa_nodes: '0' is less than 1"),
    ("hw:none", "1", "Invalid extra spec hw:none"),
    ("trait:NONE", "required", "Invalid extra spec trait:NONE"),
])
def test_extra_specs_are_checked_from_2_86_on(cloud: ComputeCloud, name: str, value: str, words: str) -> None:
    base = "/flavors/1/os-extra_specs"
    for version in ("2.86", "2.104"):
        made = cloud.admin("POST", base, {"extra_specs": {"free": "x", name: value}}, version=version)
        put = cloud.admin("PUT", f"{base}/{name}", {name: value}, version=version)
        assert (made.status, put.status) == (400, 400)
        assert made.message.startswith(words) and put.message.startswith(words)
    assert cloud.ask("GET", base).at("extra_specs") == {"hw:a": "b"}
    assert cloud.admin("POST", base, {"extra_specs": {name: value}}, version="2.85").status == 200
    assert cloud.admin("PUT", f"{base}/{name}", {name: value}, version="2.85").status == 200


def test_numbers_become_texts_in_extra_specs(cloud: ComputeCloud) -> None:
    base = "/flavors/1/os-extra_specs"
    made = cloud.admin("POST", base, {"extra_specs": {"hw:numa_nodes": 2}})
    assert made.at("extra_specs") == {"hw:numa_nodes": "2"}
    assert cloud.admin("POST", base, {"extra_specs": {"hw:pmu": True}}).status == 400
    assert cloud.admin("POST", base, {"extra_specs": {"n": 10**255}}).status == 400


def test_a_flavor_is_taken_from_the_offer(cloud: ComputeCloud) -> None:
    server = cloud.active()
    assert [cloud.admin("DELETE", "/flavors/1").status for _ in range(2)] == [202, 404]
    assert cloud.ask("GET", f"/servers/{server}").at("server", "flavor", "original_name") == "m1.tiny"


def test_a_key_is_imported_shown_and_deleted(cloud: ComputeCloud) -> None:
    made = cloud.ask("POST", "/os-keypairs", {"keypair": {"name": "k", "public_key": ED25519}}, version="2.10")
    assert made.status == 201
    assert "private_key" not in made.json["keypair"]  # type: ignore[operator]
    shown = cloud.ask("GET", "/os-keypairs/k", version="2.10").at("keypair")
    assert (shown["name"], shown["type"], shown["deleted"]) == ("k", "ssh", False)  # type: ignore[index]
    assert cloud.ask("POST", "/os-keypairs", {"keypair": {"name": "k", "public_key": ED25519}}).status == 409
    assert [cloud.ask("DELETE", "/os-keypairs/k").status for _ in range(2)] == [204, 404]


def test_a_key_is_made_for_clients_older_than_2_92(cloud: ComputeCloud) -> None:
    made = cloud.ask("POST", "/os-keypairs", {"keypair": {"name": "k"}}, version="2.1")
    assert made.status == 200
    assert "PRIVATE KEY" in str(made.at("keypair", "private_key"))
    assert "type" not in made.json["keypair"]  # type: ignore[operator]
    assert cloud.ask("POST", "/os-keypairs", {"keypair": {"name": "j"}}, version="2.92").status == 400
    assert cloud.ask("DELETE", "/os-keypairs/k", version="2.1").status == 202


def test_key_pairs_are_their_users(cloud: ComputeCloud) -> None:
    mine, other = f"member@{PROJECT}@ann", f"member@{PROJECT}@bob"
    cloud.ask("POST", "/os-keypairs", {"keypair": {"name": "k", "public_key": ED25519}}, token=mine)
    assert cloud.ask("GET", "/os-keypairs", token=other).at("keypairs") == []
    assert cloud.ask("GET", "/os-keypairs?user_id=ann", token=other).status == 403
    assert len(cloud.admin("GET", "/os-keypairs?user_id=ann").at("keypairs")) == 1  # type: ignore[arg-type]


def test_too_many_key_pairs_are_refused(cloud: ComputeCloud) -> None:
    answers = [
        cloud.ask("POST", "/os-keypairs", {"keypair": {"name": f"k{n}", "public_key": ED25519}}) for n in range(4)
    ]
    assert [answer.status for answer in answers] == [201, 201, 201, 403]
    assert answers[3].message == "Quota exceeded, too many key pairs."


@pytest.mark.parametrize("change", [
    {"name": ""}, {"name": "a" * 256}, {"name": "a@b"}, {"public_key": "nonsense"}, {"type": "dsa"}, {"colour": 1},
])
def test_a_key_pair_that_cannot_be_is_refused(cloud: ComputeCloud, change: dict[str, object]) -> None:
    body = {"keypair": {"name": "k", "public_key": ED25519, **change}}
    assert cloud.ask("POST", "/os-keypairs", body, version="2.10").status == 400


def test_quotas_are_seen_set_and_returned_to_their_defaults(cloud: ComputeCloud) -> None:
    path = f"/os-quota-sets/{PROJECT}"
    assert cloud.ask("GET", path).at("quota_set", "instances") == 5
    assert cloud.ask("PUT", path, {"quota_set": {"instances": 50}}).status == 403
    assert cloud.admin("PUT", path, {"quota_set": {"instances": 50}}).at("quota_set", "instances") == 50
    assert cloud.ask("GET", "/limits").at("limits", "absolute", "maxTotalInstances") == 50
    assert cloud.ask("GET", path + "/defaults").at("quota_set", "instances") == 5
    assert cloud.admin("DELETE", path).status == 202
    assert cloud.ask("GET", path).at("quota_set", "instances") == 5


def test_a_quota_below_what_is_used_must_be_forced(cloud: ComputeCloud) -> None:
    cloud.boot(min_count=2)
    path = f"/os-quota-sets/{PROJECT}"
    assert cloud.admin("PUT", path, {"quota_set": {"instances": 1}}).status == 400
    assert cloud.admin("PUT", path, {"quota_set": {"instances": 1, "force": True}}).status == 200
    detail = cloud.ask("GET", path + "/detail").at("quota_set", "instances")
    assert detail == {"limit": 1, "in_use": 2, "reserved": 0}


@pytest.mark.parametrize("change", [{"instances": -2}, {"instances": "many"}, {"colours": 5}, {"instances": 1 << 40}])
def test_a_quota_that_cannot_be_is_refused(cloud: ComputeCloud, change: dict[str, object]) -> None:
    assert cloud.admin("PUT", f"/os-quota-sets/{PROJECT}", {"quota_set": change}).status == 400


def test_another_projects_quota_is_not_ones_own_to_see(cloud: ComputeCloud) -> None:
    assert cloud.ask("GET", f"/os-quota-sets/{OTHER_PROJECT}").status == 403
    assert cloud.ask("GET", f"/limits?tenant_id={OTHER_PROJECT}").status == 403
    assert cloud.admin("GET", f"/limits?tenant_id={PROJECT}").status == 200


def test_quotas_hold_for_cores_and_memory(cloud: ComputeCloud) -> None:
    body = {"server": {"name": "a", "imageRef": "10000000-0000-4000-8000-000000000001", "flavorRef": "2",
                       "networks": "auto"}}
    answer = cloud.ask("POST", "/servers", body)
    assert answer.status == 403
    assert "cores, ram" in answer.message


def test_a_service_is_switched_off_with_its_reason(cloud: ComputeCloud) -> None:
    body = {"status": "disabled", "disabled_reason": "maint"}
    changed = cloud.admin("PUT", f"/os-services/{COMPUTE}", body, version="2.69").at("service")
    assert (changed["status"], changed["disabled_reason"]) == ("disabled", "maint")  # type: ignore[index]
    assert cloud.admin("GET", "/os-hypervisors").at("hypervisors", 0, "status") == "disabled"
    assert cloud.admin("PUT", f"/os-services/{COMPUTE}", {"status": "enabled"}).at("service", "status") == "enabled"
    assert cloud.admin("PUT", f"/os-services/{COMPUTE}", {"forced_down": True}).at("service", "state") == "down"
    assert cloud.admin("GET", "/os-hypervisors").at("hypervisors", 0, "state") == "down"


def test_a_service_is_switched_by_name_before_2_53(cloud: ComputeCloud) -> None:
    body = {"host": HOST, "binary": "nova-compute"}
    changed = cloud.admin("PUT", "/os-services/disable", body, version="2.52").at("service")
    assert changed == {**body, "status": "disabled"}
    reasoned = {**body, "disabled_reason": "old"}
    changed = cloud.admin("PUT", "/os-services/disable-log-reason", reasoned, version="2.1").at("service")
    assert changed == {**reasoned, "status": "disabled"}
    assert cloud.admin("PUT", "/os-services/disable-log-reason", body, version="2.1").status == 400
    assert cloud.admin("PUT", "/os-services/enable", {**body, "host": "none"}, version="2.1").status == 404
    assert cloud.admin("PUT", "/os-services/enable", {**body, "binary": "nova-conductor"}, version="2.1").status == 400
    assert cloud.admin("PUT", "/os-services/explode", body, version="2.1").status == 404


def test_a_compute_with_servers_is_not_forgotten(cloud: ComputeCloud) -> None:
    cloud.active()
    assert cloud.admin("DELETE", f"/os-services/{COMPUTE}").status == 409
    assert cloud.admin("DELETE", f"/os-services/{CONDUCTOR}").status == 204
    assert cloud.admin("DELETE", "/os-services/nonsense").status == 400


def test_hypervisors_show_what_they_are_and_since_2_88_no_more_than_that(cloud: ComputeCloud) -> None:
    cloud.active()
    old = cloud.admin("GET", "/os-hypervisors/detail", version="2.87").at("hypervisors", 0)
    assert (old["vcpus_used"], old["memory_mb_used"], old["running_vms"]) == (1, 512, 1)  # type: ignore[index]
    new = cloud.admin("GET", "/os-hypervisors/detail", version="2.88").at("hypervisors", 0)
    assert "vcpus" not in new  # type: ignore[operator]
    assert cloud.admin("GET", f"/os-hypervisors/{HYPERVISOR}").at("hypervisor", "service", "host") == HOST
    assert cloud.admin("GET", "/os-hypervisors/host1").status == 404
    assert cloud.admin("GET", "/os-hypervisors/1", version="2.52").at("hypervisor", "id") == 1
    stats = cloud.admin("GET", "/os-hypervisors/statistics", version="2.87").at("hypervisor_statistics")
    assert (stats["count"], stats["vcpus_used"]) == (1, 1)  # type: ignore[index]
    assert cloud.admin("GET", "/os-hypervisors/statistics").status == 404
    listed = cloud.admin("GET", "/os-hypervisors?with_servers=True").at("hypervisors", 0, "servers")
    assert len(listed) == 1  # type: ignore[arg-type]


def test_zones(cloud: ComputeCloud) -> None:
    zones = cloud.ask("GET", "/os-availability-zone").at("availabilityZoneInfo")
    assert zones == [{"zoneName": "nova", "zoneState": {"available": True}, "hosts": None}]
    detail = cloud.admin("GET", "/os-availability-zone/detail", version="2.1").at("availabilityZoneInfo")
    assert [zone["zoneName"] for zone in detail] == ["nova", "internal"]  # type: ignore[attr-defined]


def test_there_are_no_aggregates_and_the_cli_is_told_so(cloud: ComputeCloud) -> None:
    assert cloud.admin("GET", "/os-aggregates", version="2.81").json == {"aggregates": []}
    assert cloud.ask("GET", "/os-aggregates").status == 403


def test_extensions_are_listed_for_those_who_still_ask(cloud: ComputeCloud) -> None:
    names = {item["name"] for item in cloud.ask("GET", "/extensions").at("extensions")}  # type: ignore[attr-defined]
    assert "Hosts" in names
    assert cloud.ask("GET", "/extensions/os-consoles").status == 200
    assert cloud.ask("GET", "/extensions/os-none").status == 404


@pytest.mark.parametrize(("method", "path", "body"), [
    ("GET", "/os-services", None), ("PUT", f"/os-services/{COMPUTE}", {"status": "disabled"}),
    ("DELETE", f"/os-services/{COMPUTE}", None), ("GET", "/os-hypervisors", None),
    ("GET", "/os-hypervisors/detail", None), ("GET", f"/os-hypervisors/{HYPERVISOR}", None),
    ("GET", "/os-availability-zone/detail", None), ("POST", "/flavors", {"flavor": NEW}),
    ("DELETE", "/flavors/1", None),
    ("PUT", "/flavors/1", {"flavor": {"description": "x"}}),
    ("POST", "/flavors/1/os-extra_specs", {"extra_specs": {"a": "b"}}),
    ("POST", "/flavors/3/action", {"addTenantAccess": {"tenant": PROJECT}}),
    ("DELETE", f"/os-quota-sets/{PROJECT}", None),
])
def test_what_admins_do_is_forbidden_to_others(cloud: ComputeCloud, method: str, path: str, body: object) -> None:
    for role in ("member", "reader"):
        assert cloud.ask(method, path, body, token=f"{role}@{PROJECT}").status == 403


@pytest.mark.parametrize(("path", "key"), [(f"/os-quota-sets/{PROJECT}", "quota_set"),
                                           ("/os-quota-class-sets/default", "quota_class_set")])
def test_what_nothing_counts_is_set_and_shown_to_old_clients(cloud: ComputeCloud, path: str, key: str) -> None:
    wanted = {"injected_files": 7, "injected_file_path_bytes": 8, "injected_file_content_bytes": 9, "fixed_ips": 10,
              "floating_ips": 11, "security_groups": 12, "security_group_rules": 13}
    assert cloud.admin("PUT", path, {key: wanted}, version="2.1").status == 200
    shown = cloud.admin("GET", path, version="2.1").at(key)
    assert wanted.items() <= shown.items()  # type: ignore[attr-defined]
    absolute = cloud.ask("GET", "/limits", version="2.1").at("limits", "absolute")
    assert (absolute["maxPersonality"], absolute["maxSecurityGroups"]) == (7, 12)  # type: ignore[index]
    for name, last in (("fixed_ips", "2.50" if "class" in path else "2.36"), ("injected_files", "2.57")):
        assert cloud.admin("PUT", path, {key: {name: 1}}, version=last).status == 400
        assert name not in cloud.admin("GET", path, version=last).at(key)  # type: ignore[operator]


def test_server_groups_in_use_are_counted(cloud: ComputeCloud) -> None:
    def used() -> tuple[object, object]:
        detail = cloud.ask("GET", f"/os-quota-sets/{PROJECT}/detail").at("quota_set", "server_groups", "in_use")
        return detail, cloud.ask("GET", "/limits").at("limits", "absolute", "totalServerGroupsUsed")

    assert used() == (0, 0)
    assert cloud.ask("POST", "/os-server-groups", {"server_group": {"name": "g", "policy": "affinity"}}).status == 200
    assert used() == (1, 1)


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_flavors_are_paged_in_the_order_of_a_flag(cloud: ComputeCloud, direction: str) -> None:
    path = f"/flavors?is_public=None&sort_key=is_public&sort_dir={direction}"
    whole = [flavor["id"] for flavor in cloud.admin("GET", path).at("flavors")]  # type: ignore[attr-defined]
    for position, marker in enumerate(whole):
        page = cloud.admin("GET", f"{path}&marker={marker}").at("flavors")
        assert [flavor["id"] for flavor in page] == whole[position + 1:]  # type: ignore[attr-defined]
