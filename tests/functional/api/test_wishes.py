"""What a request wishes of its server beyond the guest: disk config, zone, hints; and whose a lock is."""

from __future__ import annotations

import pytest

from nova_lite.db.reads import instances
from tests.functional.api.cloud import ADMIN_PROJECT, IMAGE, OTHER_PROJECT, PROJECT, ComputeCloud

MEMBER = f"member@{PROJECT}"


def _shown(cloud: ComputeCloud, server: str, key: str) -> object:
    return cloud.admin("GET", f"/servers/{server}").at("server", key)


@pytest.mark.parametrize(("asked", "shown"), [({}, "MANUAL"), ({"OS-DCF:diskConfig": "AUTO"}, "AUTO"),
                                              ({"OS-DCF:diskConfig": "MANUAL"}, "MANUAL")])
def test_disk_config_is_as_it_was_asked_for(cloud: ComputeCloud, asked: dict[str, str], shown: str) -> None:
    server = cloud.active(**asked)
    assert _shown(cloud, server, "OS-DCF:diskConfig") == shown
    listed = cloud.admin("GET", f"/servers/detail?all_tenants=1&auto_disk_config={shown == 'AUTO'}").at("servers")
    assert [one["id"] for one in listed] == [server]  # type: ignore[attr-defined]


def test_disk_config_is_changed_by_update_rebuild_and_resize(cloud: ComputeCloud) -> None:
    server = cloud.active()
    auto = {"OS-DCF:diskConfig": "AUTO"}
    changed = cloud.ask("PUT", f"/servers/{server}", {"server": auto})
    assert changed.at("server", "OS-DCF:diskConfig") == "AUTO"
    rebuilt = cloud.act(server, "rebuild", {"imageRef": IMAGE, "OS-DCF:diskConfig": "MANUAL"})
    assert rebuilt.at("server", "OS-DCF:diskConfig") == "MANUAL"
    cloud.complete(server)
    small = {"name": "m1.small", "ram": 600, "vcpus": 1, "disk": 2, "id": "s"}
    assert cloud.admin("POST", "/flavors", {"flavor": small}).status == 200
    assert cloud.act(server, "resize", {"flavorRef": "s", **auto}).status == 202
    assert _shown(cloud, server, "OS-DCF:diskConfig") == "AUTO"


@pytest.mark.parametrize("value", ["auto", "", None, True, ["AUTO"]])
def test_a_disk_config_that_cannot_be_is_refused(refuser: ComputeCloud, value: object) -> None:
    body = {
        "server": {"name": "vm", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto", "OS-DCF:diskConfig": value}
    }
    answer = refuser.ask("POST", "/servers", body)
    assert answer.status == 400
    assert "OS-DCF:diskConfig" in answer.message


def test_a_server_is_pinned_to_the_zone_it_asked_for(cloud: ComputeCloud) -> None:
    pinned, free = cloud.active(availability_zone="nova"), cloud.active()
    assert _shown(cloud, pinned, "pinned_availability_zone") == "nova"
    assert _shown(cloud, free, "pinned_availability_zone") is None
    assert _shown(cloud, free, "OS-EXT-AZ:availability_zone") == "nova"


def test_a_pin_is_taken_and_given_back(cloud: ComputeCloud) -> None:
    server = cloud.active(availability_zone="nova")

    def pin(zone: object, version: str = "2.104") -> int:
        body = {"server": {"pinned_availability_zone": zone}}
        return cloud.ask("PUT", f"/servers/{server}", body, version=version).status

    assert pin(None) == 200
    assert _shown(cloud, server, "pinned_availability_zone") is None
    assert pin("elsewhere") == 409
    assert pin("nova") == 200
    assert _shown(cloud, server, "pinned_availability_zone") == "nova"
    assert pin("") == 400
    assert pin(None, version="2.103") == 400


def test_unshelving_goes_where_the_server_is_pinned_and_may_unpin_it(cloud: ComputeCloud) -> None:
    server = cloud.active(availability_zone="nova")
    assert cloud.act(server, "shelve").status == 202
    cloud.complete(server)
    assert cloud.act(server, "unshelve", {"availability_zone": "nowhere"}).status == 400


def test_hints_are_shown_as_they_were_given(cloud: ComputeCloud) -> None:
    hints = {"foo": "bar", "same_host": ["10000000-0000-4000-8000-000000000009"], "query": {"a": 1}}
    body = {"server": {"name": "vm", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto"},
            "os:scheduler_hints": hints}
    server = str(cloud.ask("POST", "/servers", body).at("server", "id"))
    assert _shown(cloud, server, "scheduler_hints") == {
        "foo": "bar", "same_host": "10000000-0000-4000-8000-000000000009", "query": '{"a": 1}',
    }
    before = cloud.admin("GET", f"/servers/{server}", version="2.99").json["server"]
    assert "scheduler_hints" not in before  # type: ignore[operator]


def test_an_owners_lock_is_the_owners_and_the_admins_to_open(cloud: ComputeCloud) -> None:
    server = cloud.active()
    for token in (f"member@{PROJECT}@somebody-else", f"admin@{ADMIN_PROJECT}"):
        assert cloud.act(server, "lock", {"locked_reason": "mine"}).status == 202
        assert cloud.act(server, "unlock", token=token).status == 202
        assert _shown(cloud, server, "locked_reason") is None


def test_an_admins_lock_is_not_the_owners_to_open(cloud: ComputeCloud) -> None:
    server = cloud.active()
    admin = f"admin@{ADMIN_PROJECT}"
    assert cloud.act(server, "lock", {"locked_reason": "broken"}, token=admin).status == 202
    assert cloud.act(server, "lock", {"locked_reason": "mine"}).status == 202
    assert _shown(cloud, server, "locked_reason") == "broken"
    assert cloud.act(server, "unlock").status == 403
    assert _shown(cloud, server, "locked") is True
    listed = cloud.admin("GET", "/servers?all_tenants=1&locked_by=admin").at("servers")
    assert [one["id"] for one in listed] == [server]  # type: ignore[attr-defined]
    assert cloud.act(server, "unlock", token=f"member@{OTHER_PROJECT}").status == 404
    assert cloud.act(server, "unlock", token=admin).status == 202
    assert _shown(cloud, server, "locked") is False


@pytest.mark.parametrize("key", ["auto_disk_config", "locked_by", "locked", "config_drive"])
def test_servers_are_sorted_by_what_was_wished(cloud: ComputeCloud, key: str) -> None:
    first = cloud.active()
    second = cloud.active(**{"OS-DCF:diskConfig": "AUTO", "config_drive": True})
    cloud.act(second, "lock")
    listed = cloud.ask("GET", f"/servers?sort_key={key}&sort_dir=asc").at("servers")
    expected = [second, first] if key == "auto_disk_config" else [first, second]
    assert [one["id"] for one in listed] == expected  # type: ignore[attr-defined]
    after = cloud.ask("GET", f"/servers?sort_key={key}&sort_dir=asc&marker={expected[0]}").at("servers")
    assert [one["id"] for one in after] == expected[1:]  # type: ignore[attr-defined]


def test_files_of_old_clients_are_kept_and_replaced_by_a_rebuild(cloud: ComputeCloud) -> None:
    def files(server: str) -> list[str]:
        with cloud.database.read() as tx:
            return [file.path for file in instances.get(tx, server).files]

    given = [{"path": "/etc/motd", "contents": "aGVsbG8="}]
    server = cloud.boot(version="2.1", networks=[], personality=given)
    cloud.complete(server)
    assert files(server) == ["/etc/motd"]
    assert cloud.act(
        server, "rebuild", {"imageRef": IMAGE, "personality": [{**given[0], "path": "/a"}]}, version="2.56"
    ).status == 202
    cloud.complete(server)
    assert files(server) == ["/a"]
    assert cloud.act(server, "rebuild", {"imageRef": IMAGE}).status == 202
    assert files(server) == []
    refused = cloud.ask("POST", "/servers", {"server": {
        "name": "vm", "imageRef": IMAGE, "flavorRef": "1", "personality": given * 6,
    }}, version="2.1")
    assert (refused.status, "Personality file limit exceeded" in refused.message) == (403, True)
    limits = cloud.ask("GET", "/limits", version="2.56").at("limits", "absolute")
    assert isinstance(limits, dict)
    assert (limits["maxPersonality"], limits["maxPersonalitySize"]) == (5, 10240)
