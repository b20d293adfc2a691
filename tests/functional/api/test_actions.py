"""What is done to servers: shapes, states and refusals."""

from __future__ import annotations

import pytest

from tests.functional.api.cloud import (
    ADMIN_PROJECT,
    IMAGE,
    LARGE_IMAGE,
    OTHER_PROJECT,
    PROJECT,
    QUEUED_IMAGE,
    ComputeCloud,
)

# What is asked, and the status that a server shows meanwhile.
ACCEPTED: dict[str, tuple[object, str]] = {
    "suspend": (None, "ACTIVE"), "trigger_crash_dump": (None, "ACTIVE"), "rebuild": ({"imageRef": IMAGE}, "REBUILD"),
    "createImage": ({"name": "i"}, "ACTIVE"),
    "createBackup": ({"name": "i", "backup_type": "daily", "rotation": 1}, "ACTIVE"),
    "resize": ({"flavorRef": "5"}, "RESIZE"), "rescue": (None, "ACTIVE"), "shelve": (None, "ACTIVE"),
}
REFUSED: dict[str, object] = {
    "resume": None, "unpause": None, "confirmResize": None, "revertResize": None, "unrescue": None, "unshelve": None,
    "restore": None,
}


@pytest.fixture
def server(cloud: ComputeCloud) -> str:
    larger = {"name": "m1.small", "id": "5", "vcpus": 2, "ram": 1024, "disk": 2}
    assert cloud.admin("POST", "/flavors", {"flavor": larger}).status == 200
    return cloud.active()


@pytest.mark.parametrize("action", ACCEPTED)
def test_an_accepted_action_is_under_way(cloud: ComputeCloud, server: str, action: str) -> None:
    body, status = ACCEPTED[action]
    answer = cloud.act(server, action, body)
    assert answer.status == (200 if action == "rescue" else 202), answer.body
    assert cloud.status(server) == status
    again = cloud.act(server, action, body)
    assert again.status == 409 and f"Cannot '{action}'" in again.message and "task_state" in again.message


@pytest.mark.parametrize("action", REFUSED)
def test_an_action_in_the_wrong_state_names_it(cloud: ComputeCloud, server: str, action: str) -> None:
    answer = cloud.act(server, action, REFUSED[action])
    assert answer.status == 409 and f"Cannot '{action}'" in answer.message and "vm_state active" in answer.message


@pytest.mark.parametrize("action", [*ACCEPTED, *REFUSED])
def test_servers_of_others_are_not_there(cloud: ComputeCloud, server: str, action: str) -> None:
    body = ACCEPTED[action][0] if action in ACCEPTED else REFUSED[action]
    assert cloud.act(server, action, body, token=f"member@{OTHER_PROJECT}").status == 404


COPIES = ("createImage", "createBackup")


@pytest.mark.parametrize("action", COPIES)
def test_a_lock_keeps_nobody_from_copying(cloud: ComputeCloud, server: str, action: str) -> None:
    assert cloud.act(server, "lock").status == 202
    assert cloud.act(server, action, ACCEPTED[action][0]).status in (200, 202)


@pytest.mark.parametrize("action", [action for action in ACCEPTED if action not in COPIES])
def test_a_locked_server_is_left_alone(cloud: ComputeCloud, server: str, action: str) -> None:
    assert cloud.act(server, "lock", {"locked_reason": "mine"}).status == 202
    answer = cloud.act(server, action, ACCEPTED[action][0])
    assert answer.status == 409 and "is locked" in answer.message


@pytest.mark.parametrize(("action", "body", "version"), [
    ("trigger_crash_dump", None, "2.16"), ("os-getVNCConsole", {"type": "novnc"}, "2.6"),
])
def test_an_action_that_a_version_has_not_is_not_found(
    cloud: ComputeCloud, server: str, action: str, body: object, version: str
) -> None:
    assert cloud.act(server, action, body, version=version).status == 404


BAD: list[tuple[str, object, str, str]] = [
    ("rebuild", {}, "2.1", "imageRef"), ("rebuild", {"imageRef": "x"}, "2.1", "imageRef"),
    ("rebuild", {"imageRef": IMAGE, "description": "d"}, "2.18", "description"),
    ("rebuild", {"imageRef": IMAGE, "key_name": None}, "2.53", "key_name"),
    ("rebuild", {"imageRef": IMAGE, "personality": []}, "2.57", "personality"),
    ("rebuild", {"imageRef": IMAGE, "hostname": "a.b"}, "2.93", "hostname"),
    ("rebuild", {"imageRef": IMAGE, "key_name": "none"}, "2.54", "key_name"),
    ("rebuild", {"imageRef": IMAGE, "flavorRef": "1"}, "2.104", "flavorRef"),
    ("rebuild", {"imageRef": QUEUED_IMAGE}, "2.1", "not active"),
    ("rebuild", {"imageRef": LARGE_IMAGE}, "2.1", "too small"),
    ("createImage", {"name": ""}, "2.1", "name"), ("createImage", {"name": "n", "metadata": {"a": 1}}, "2.1", "a"),
    ("createBackup", {"name": "n", "backup_type": "d", "rotation": -1}, "2.1", "rotation"),
    ("createBackup", {"name": "n", "rotation": 1}, "2.1", "backup_type"),
    ("resize", {"flavorRef": "1"}, "2.1", "must change flavor"), ("resize", {"flavorRef": "9"}, "2.1", "9"),
    ("resize", {"flavorRef": "3"}, "2.1", "3"), ("resize", {}, "2.1", "flavorRef"),
    ("rescue", {"rescue_image_ref": "x"}, "2.1", "rescue_image_ref"),
    ("rescue", {"rescue_image_ref": QUEUED_IMAGE}, "2.1", "not active"),
    ("unshelve", {"availability_zone": None}, "2.77", "availability_zone"),
    ("unshelve", {"zone": "nova"}, "2.91", "zone"),
    ("lock", {"locked_reason": ""}, "2.73", "locked_reason"),
]


@pytest.mark.parametrize(("action", "body", "version", "named"), BAD)
def test_bad_input_is_named_and_changes_nothing(
    cloud: ComputeCloud, server: str, action: str, body: object, version: str, named: str
) -> None:
    before = cloud.admin("GET", f"/servers/{server}").body
    answer = cloud.act(server, action, body, version=version)
    assert answer.status == 400 and named in answer.message
    assert cloud.admin("GET", f"/servers/{server}").body == before


def test_a_server_that_was_resized_is_confirmed_or_reverted(cloud: ComputeCloud, server: str) -> None:
    assert cloud.act(server, "resize", {"flavorRef": "5"}).status == 202
    cloud.complete(server)
    assert cloud.status(server) == "VERIFY_RESIZE"
    assert cloud.admin("GET", f"/servers/{server}").at("server", "flavor", "original_name") == "m1.small"
    assert cloud.act(server, "resize", {"flavorRef": "1"}).status == 409
    assert cloud.act(server, "revertResize").status == 202
    assert cloud.status(server) == "REVERT_RESIZE"


def test_a_failed_resize_leaves_the_server_as_it_was(cloud: ComputeCloud, server: str) -> None:
    before = cloud.admin("GET", "/os-hypervisors/detail", version="2.79").body
    assert cloud.act(server, "resize", {"flavorRef": "5"}).status == 202
    assert cloud.admin("GET", "/os-hypervisors/detail", version="2.79").body != before
    cloud.fail(server, "no space")
    assert cloud.admin("GET", f"/servers/{server}").at("server", "flavor", "original_name") == "m1.tiny"
    assert cloud.status(server) == "ACTIVE"
    assert cloud.admin("GET", "/os-hypervisors/detail", version="2.79").body == before


def test_a_resize_over_quota_is_refused(cloud: ComputeCloud, server: str) -> None:
    answer = cloud.act(server, "resize", {"flavorRef": "2"})
    assert answer.status == 403 and "Quota exceeded for cores, ram" in answer.message
    assert cloud.status(server) == "ACTIVE"


@pytest.mark.parametrize("version", ["2.44", "2.45"])
def test_a_snapshot_is_named_in_the_header_or_in_the_body(cloud: ComputeCloud, server: str, version: str) -> None:
    answer = cloud.act(server, "createImage", {"name": "i"}, version=version)
    assert answer.status == 202
    if version == "2.44":
        assert answer.body == b"" and "/image/v2/images/" in answer.headers["Location"]
    else:
        assert list(answer.json) == ["image_id"] and "Location" not in answer.headers


@pytest.mark.parametrize("version", ["2.1", "2.53", "2.54", "2.57", "2.75", "2.104"])
def test_a_rebuild_answers_with_the_server(cloud: ComputeCloud, server: str, version: str) -> None:
    answer = cloud.act(server, "rebuild", {"imageRef": IMAGE, "adminPass": "p"}, version=version)
    shown = answer.json["server"]
    assert isinstance(shown, dict)
    assert (shown["adminPass"], shown["status"]) == ("p", "REBUILD")
    assert ("key_name" in shown, "user_data" in shown, "OS-EXT-STS:task_state" in shown) == (
        version in ("2.54", "2.57", "2.75", "2.104"), version in ("2.57", "2.75", "2.104"),
        version in ("2.75", "2.104"))


def test_a_state_is_reset_by_admins_and_calls_off_what_is_done(cloud: ComputeCloud, server: str) -> None:
    assert cloud.act(server, "os-resetState", {"state": "error"}).status == 403
    assert cloud.act(server, "suspend").status == 202
    assert cloud.act(server, "os-resetState", {"state": "error"}, token="admin@" + "3" * 32).status == 202
    assert cloud.status(server) == "ERROR"
    assert cloud.act(server, "rebuild", {"imageRef": IMAGE}).status == 202
    cloud.complete(server)
    assert cloud.status(server) == "ACTIVE"


def test_a_shelved_server_waits_for_its_unshelving(cloud: ComputeCloud, server: str) -> None:
    assert cloud.act(server, "shelve").status == 202
    cloud.complete(server)
    assert cloud.status(server) == "SHELVED_OFFLOADED"
    assert cloud.admin("GET", f"/servers/{server}").at("server", "OS-EXT-SRV-ATTR:host") is None
    assert cloud.act(server, "suspend").status == 409
    assert cloud.ask("DELETE", f"/servers/{server}").status == 204
    assert cloud.ask("GET", f"/servers/{server}").status == 404


@pytest.mark.parametrize(("action", "body", "status"), [
    ("changePassword", {"adminPass": "p"}, 503), ("forceDelete", None, 202), ("migrate", None, 400),
    ("os-migrateLive", {"host": "none", "block_migration": "auto"}, 400), ("evacuate", {"host": "h"}, 404),
    ("injectNetworkInfo", None, 202), ("resetNetwork", None, 410),
])
def test_the_rest(cloud: ComputeCloud, server: str, action: str, body: object, status: int) -> None:
    assert cloud.act(server, action, body, token="admin@" + "3" * 32).status == status


def test_a_password_that_no_host_takes_leaves_the_server_as_it_is(cloud: ComputeCloud, server: str) -> None:
    cloud.act(server, "lock")
    admin, member = f"admin@{ADMIN_PROJECT}", f"member@{PROJECT}"
    assert cloud.act(server, "changePassword", {"adminPass": "p"}, token=admin).status == 503
    cloud.act(server, "unlock")
    cloud.act(server, "lock", token=admin)
    refused = cloud.act(server, "changePassword", {"adminPass": "p"}, token=member)
    assert refused.status == 409 and refused.message == f"Instance {server} is locked"
    for body in ({}, {"adminPass": 5}, {"adminPass": "p", "user": "root"}):
        assert cloud.act(server, "changePassword", body).status == 400
    assert cloud.status(server) == "ACTIVE"


@pytest.mark.parametrize("action", ["migrate", "os-migrateLive"])
def test_a_suspended_server_is_not_moved_for_that_reason(cloud: ComputeCloud, server: str, action: str) -> None:
    cloud.act(server, "suspend")
    cloud.complete(server)
    body = {"host": None, "block_migration": "auto"} if action == "os-migrateLive" else None
    answer = cloud.act(server, action, body, token="admin@" + "3" * 32)
    assert answer.status == 409 and "vm_state suspended" in answer.message


def test_only_admins_choose_the_host_of_a_shelved_server(cloud: ComputeCloud, server: str) -> None:
    cloud.act(server, "shelve")
    cloud.complete(server)
    assert cloud.act(server, "unshelve", {"host": "host1"}).status in (400, 403)


def test_resizes_are_listed_as_migrations(cloud: ComputeCloud, server: str) -> None:
    def listed(query: str = "", version: str = "2.104") -> list[dict[str, object]]:
        answer = cloud.admin("GET", f"/os-migrations{query}", version=version)
        assert answer.status == 200, answer.body
        return answer.json["migrations"]  # type: ignore[return-value]

    assert listed() == []
    cloud.act(server, "resize", {"flavorRef": "5"})
    (one,) = listed()
    assert (one["status"], one["instance_uuid"], one["migration_type"]) == ("migrating", server, "resize")
    assert one["old_instance_type_id"] != one["new_instance_type_id"] and one["source_compute"] == "host1"
    cloud.complete(server)
    assert [each["status"] for each in listed("?status=finished")] == ["finished"]
    assert listed("?status=error") == listed("?migration_type=evacuation") == listed("?host=elsewhere") == []
    assert {"uuid", "migration_type", "user_id"}.isdisjoint(listed("", "2.1")[0])
    cloud.act(server, "revertResize")
    cloud.complete(server)
    assert [each["status"] for each in listed(f"?instance_uuid={server}&limit=1")] == ["reverted"]
    assert listed(f"?marker={listed()[0]['uuid']}") == []
    assert cloud.admin("GET", f"/os-migrations?marker={server}").status == 400
