"""Servers through HTTP: what a client sees of a life."""

from __future__ import annotations

import pytest

from tests.functional.api.cloud import ADMIN_PROJECT, HOST, IMAGE, OTHER_PROJECT, PROJECT, ComputeCloud

READER = f"reader@{PROJECT}"
STRANGER = f"member@{OTHER_PROJECT}"


def test_a_server_is_built_paused_and_deleted(cloud: ComputeCloud) -> None:
    server = cloud.boot()
    assert cloud.status(server) == "BUILD"
    cloud.complete(server)
    assert cloud.status(server) == "ACTIVE"
    assert cloud.act(server, "pause").status == 202
    cloud.complete(server)
    assert cloud.status(server) == "PAUSED"
    assert cloud.ask("DELETE", f"/servers/{server}").status == 204
    cloud.complete(server)
    assert cloud.ask("GET", f"/servers/{server}").status == 404


@pytest.mark.parametrize(("action", "argument", "before", "during", "after"), [
    ("pause", None, [], "ACTIVE", "PAUSED"),
    ("unpause", None, ["pause"], "PAUSED", "ACTIVE"),
    ("os-stop", None, [], "ACTIVE", "SHUTOFF"),
    ("os-start", None, ["os-stop"], "SHUTOFF", "ACTIVE"),
    ("reboot", {"type": "SOFT"}, [], "REBOOT", "ACTIVE"),
    ("reboot", {"type": "HARD"}, ["os-stop"], "HARD_REBOOT", "ACTIVE"),
])
def test_an_action_shows_while_it_is_done_and_afterwards(
    cloud: ComputeCloud, action: str, argument: object, before: list[str], during: str, after: str,
) -> None:
    server = cloud.active()
    for earlier in before:
        assert cloud.act(server, earlier).status == 202
        cloud.complete(server)
    assert cloud.act(server, action, argument).status == 202
    assert cloud.status(server) == during
    cloud.complete(server)
    assert cloud.status(server) == after


def test_the_answer_to_a_create_says_what_clients_need(cloud: ComputeCloud) -> None:
    body = {"server": {"name": "vm", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto"}}
    answer = cloud.ask("POST", "/servers", body)
    server = answer.at("server", "id")
    told = set(answer.json["server"])  # type: ignore[call-overload]
    assert told == {"id", "links", "security_groups", "OS-DCF:diskConfig", "adminPass"}
    assert answer.headers["Location"] == f"http://cloud.test/compute/v2.1/servers/{server}"
    assert answer.headers["X-OpenStack-Request-ID"] == answer.headers["X-Compute-Request-ID"]


def test_what_the_cli_sends_is_accepted(cloud: ComputeCloud) -> None:
    device = {"uuid": IMAGE, "boot_index": 0, "source_type": "image", "destination_type": "local",
              "delete_on_termination": True}
    cloud.ask("POST", "/os-keypairs", {"keypair": {"name": "k"}}, version="2.10")
    body = {
        "server": {
            "name": "x5", "imageRef": IMAGE, "flavorRef": "1", "min_count": 2, "max_count": 2, "networks": "none",
            "block_device_mapping_v2": [device], "metadata": {"a": "b"}, "availability_zone": "nova",
            "config_drive": True, "user_data": "ZWNobyBoaQo=", "key_name": "k", "tags": ["t"], "description": "d",
            "security_groups": [{"name": "default"}],
        },
        "OS-SCH-HNT:scheduler_hints": {"foo": "x"},
    }
    answer = cloud.ask("POST", "/servers", body)
    assert answer.status == 202, answer.body
    names = {server["name"] for server in cloud.ask("GET", "/servers").at("servers")}  # type: ignore[attr-defined]
    assert names == {"x5-1", "x5-2"}


def test_a_reservation_is_told_to_who_asks_for_it(cloud: ComputeCloud) -> None:
    body = {"server": {"name": "vm", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto",
                       "return_reservation_id": True}}
    reservation = cloud.ask("POST", "/servers", body).at("reservation_id")
    found = cloud.ask("GET", f"/servers?reservation_id={reservation}").at("servers")
    assert len(found) == 1  # type: ignore[arg-type]


def test_several_are_booted_or_none(cloud: ComputeCloud) -> None:
    body = {"server": {"name": "vm", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto", "min_count": 6}}
    refused = cloud.ask("POST", "/servers", body)
    assert refused.status == 403
    assert "Quota exceeded for instances: Requested 6, but already used 0 of 5 instances" in refused.message
    assert cloud.ask("GET", "/servers").at("servers") == []


@pytest.mark.parametrize(("flavor", "before", "made"), [("1", 0, 5), ("1", 2, 3), ("4", 0, 2)])
def test_as_many_are_booted_as_there_is_room_for(cloud: ComputeCloud, flavor: str, before: int, made: int) -> None:
    cloud.admin("POST", "/flavors", {"flavor": {"name": "broad", "id": "4", "ram": 1, "vcpus": 4, "disk": 1}})
    for _ in range(before):
        cloud.boot()
    cloud.boot(min_count=2, max_count=8, flavorRef=flavor)
    assert len(cloud.ask("GET", "/servers").at("servers")) == before + made  # type: ignore[arg-type]


def test_another_projects_server_is_not_there(cloud: ComputeCloud) -> None:
    server = cloud.active()
    for method, path, body in (
        ("GET", "", None), ("DELETE", "", None), ("PUT", "", {"server": {"name": "mine"}}),
        ("POST", "/action", {"pause": None}), ("GET", "/metadata", None), ("GET", "/tags", None),
        ("GET", "/os-instance-actions", None),
    ):
        assert cloud.ask(method, f"/servers/{server}{path}", body, token=STRANGER).status == 404
    assert cloud.ask("GET", "/servers", token=STRANGER).at("servers") == []
    assert cloud.status(server) == "ACTIVE"


def test_a_reader_looks_and_does_not_touch(cloud: ComputeCloud) -> None:
    server = cloud.active()
    assert cloud.ask("GET", f"/servers/{server}", token=READER).status == 200
    for method, path, body in (
        ("DELETE", f"/servers/{server}", None), ("PUT", f"/servers/{server}", {"server": {"name": "mine"}}),
        ("POST", f"/servers/{server}/action", {"pause": None}),
        ("POST", "/servers", {"server": {"name": "a", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto"}}),
        ("PUT", f"/servers/{server}/tags", {"tags": []}),
    ):
        assert cloud.ask(method, path, body, token=READER).status == 403
    assert cloud.status(server) == "ACTIVE"


def test_a_state_that_forbids_an_action_is_named(cloud: ComputeCloud) -> None:
    server = cloud.active()
    refused = cloud.act(server, "unpause")
    assert refused.status == 409
    assert refused.message == f"Cannot 'unpause' instance {server} while it is in vm_state active"
    cloud.act(server, "pause")
    refused = cloud.act(server, "pause")
    assert refused.message == f"Cannot 'pause' instance {server} while it is in task_state pausing"


def test_a_server_that_no_host_has_is_deleted_at_once(cloud: ComputeCloud) -> None:
    server = cloud.boot()
    assert cloud.ask("DELETE", f"/servers/{server}").status == 204
    assert cloud.ask("GET", f"/servers/{server}").status == 404
    assert cloud.ask("GET", "/limits").at("limits", "absolute", "totalInstancesUsed") == 0


def test_deleting_what_is_being_deleted_is_no_error(cloud: ComputeCloud) -> None:
    server = cloud.active()
    assert [cloud.ask("DELETE", f"/servers/{server}").status for _ in range(2)] == [204, 204]


def test_a_failed_boot_tells_its_reason(cloud: ComputeCloud) -> None:
    server = cloud.boot()
    cloud.fail(server, "the image is no disk image")
    assert cloud.status(server) == "ERROR"
    fault = cloud.ask("GET", f"/servers/{server}").at("server", "fault")
    assert fault["message"] == "the image is no disk image"  # type: ignore[index]
    assert "details" not in fault  # type: ignore[operator]
    assert cloud.admin("GET", f"/servers/{server}").at("server", "fault", "details") == "Traceback: secret"


def test_a_locked_server_is_its_owners_to_look_at_only(cloud: ComputeCloud) -> None:
    server = cloud.active()
    assert cloud.act(server, "lock", {"locked_reason": "do not touch"}).status == 202
    assert cloud.ask("GET", f"/servers/{server}").at("server", "locked_reason") == "do not touch"
    assert cloud.act(server, "pause").status == 409
    assert cloud.ask("DELETE", f"/servers/{server}").status == 409
    assert cloud.act(server, "unlock").status == 202
    assert cloud.act(server, "pause").status == 202


def test_an_admin_may_act_on_a_locked_server(cloud: ComputeCloud) -> None:
    server = cloud.active()
    cloud.act(server, "lock")
    assert cloud.admin("POST", f"/servers/{server}/action", {"pause": None}).status == 202


def test_name_and_description_change(cloud: ComputeCloud) -> None:
    server = cloud.active()
    change = {"name": "web", "description": "the first", "accessIPv4": "10.0.0.1"}
    answer = cloud.ask("PUT", f"/servers/{server}", {"server": change})
    assert answer.status == 200
    shown = cloud.ask("GET", f"/servers/{server}").at("server")
    assert {key: shown[key] for key in change} == change  # type: ignore[index]


def test_the_console_log_of_a_silent_host_is_unavailable(cloud: ComputeCloud) -> None:
    server = cloud.active()
    assert cloud.act(server, "os-getConsoleOutput", {}).status == 503


def test_the_console_log_of_a_server_without_a_host_is_not_ready(cloud: ComputeCloud) -> None:
    assert cloud.act(cloud.boot(), "os-getConsoleOutput", {"length": 5}).status == 409


def test_admins_choose_the_host(cloud: ComputeCloud) -> None:
    body = {"name": "vm", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto"}
    for choice in ({"availability_zone": f"nova:{HOST}"}, {"host": HOST}):
        assert cloud.admin("POST", "/servers", {"server": {**body, **choice}}).status == 202
        assert cloud.ask("POST", "/servers", {"server": {**body, **choice}}).status == 403


def test_a_server_tells_the_zone_of_its_host(cloud: ComputeCloud) -> None:
    server = cloud.boot()
    assert cloud.ask("GET", f"/servers/{server}").at("server", "OS-EXT-AZ:availability_zone") == ""
    cloud.complete(server)
    assert cloud.ask("GET", f"/servers/{server}").at("server", "OS-EXT-AZ:availability_zone") == "nova"


def test_what_happened_can_be_read(cloud: ComputeCloud) -> None:
    server = cloud.boot()
    cloud.complete(server)
    asked = cloud.act(server, "pause").headers["X-Compute-Request-ID"]
    actions = cloud.ask("GET", f"/servers/{server}/os-instance-actions").at("instanceActions")
    assert [action["action"] for action in actions] == ["pause", "create"]  # type: ignore[attr-defined]
    assert actions[0]["request_id"] == asked  # type: ignore[index]
    shown = cloud.ask("GET", f"/servers/{server}/os-instance-actions/{asked}")
    assert shown.at("instanceAction", "events") == []
    assert cloud.ask("GET", f"/servers/{server}/os-instance-actions/req-none").status == 404


def test_the_steps_of_an_action_are_told_without_hosts_and_tracebacks(cloud: ComputeCloud) -> None:
    server = cloud.active()
    actions = cloud.ask("GET", f"/servers/{server}/os-instance-actions").at("instanceActions")
    path = f"/servers/{server}/os-instance-actions/{actions[0]['request_id']}"  # type: ignore[index]
    events = cloud.ask("GET", path).at("instanceAction", "events")
    assert events
    assert all("host" not in event and "traceback" not in event for event in events)  # type: ignore[attr-defined]
    seen = cloud.admin("GET", path).at("instanceAction", "events")
    assert all("traceback" in event for event in seen)  # type: ignore[attr-defined]
    assert "events" not in cloud.ask("GET", path, version="2.50").json["instanceAction"]  # type: ignore[operator]


def test_the_history_of_a_deleted_server_is_there_since_2_21(cloud: ComputeCloud) -> None:
    server = cloud.boot()
    cloud.ask("DELETE", f"/servers/{server}")
    path = f"/servers/{server}/os-instance-actions"
    assert cloud.ask("GET", path, version="2.20").status == 404
    actions = cloud.ask("GET", path, version="2.21").at("instanceActions")
    assert [action["action"] for action in actions] == ["delete", "create"]  # type: ignore[attr-defined]


def test_metadata_is_read_and_changed(cloud: ComputeCloud) -> None:
    server = cloud.active(metadata={"a": "1"})
    base = f"/servers/{server}/metadata"
    assert cloud.ask("POST", base, {"metadata": {"b": "2"}}).at("metadata") == {"a": "1", "b": "2"}
    assert cloud.ask("PUT", f"{base}/a", {"meta": {"a": "3"}}).at("meta") == {"a": "3"}
    assert cloud.ask("GET", f"{base}/a").at("meta") == {"a": "3"}
    assert cloud.ask("DELETE", f"{base}/b").status == 204
    assert cloud.ask("GET", base).at("metadata") == {"a": "3"}
    assert cloud.ask("PUT", base, {"metadata": {}}).at("metadata") == {}
    assert cloud.ask("GET", f"{base}/a").status == 404
    assert cloud.ask("DELETE", f"{base}/a").status == 404
    too_many = {str(number): "x" for number in range(5)}
    assert cloud.ask("PUT", base, {"metadata": too_many}).status == 403


def test_tags_are_read_and_changed(cloud: ComputeCloud) -> None:
    server = cloud.active()
    base = f"/servers/{server}/tags"
    assert cloud.ask("PUT", base, {"tags": ["a", "b"]}).at("tags") == ["a", "b"]
    added = cloud.ask("PUT", f"{base}/c")
    assert (added.status, added.headers["Location"]) == (201, f"http://cloud.test/compute/v2.1{base}/c")
    assert cloud.ask("PUT", f"{base}/c").status == 204
    assert [cloud.ask("GET", f"{base}/{tag}").status for tag in ("c", "d")] == [204, 404]
    assert [cloud.ask("DELETE", f"{base}/a").status for _ in range(2)] == [204, 404]
    assert cloud.ask("GET", base).at("tags") == ["b", "c"]
    assert cloud.ask("DELETE", base).status == 204
    assert cloud.ask("GET", base).at("tags") == []
    assert cloud.ask("GET", base, version="2.25").status == 404


def test_the_project_may_be_in_the_path(cloud: ComputeCloud) -> None:
    assert cloud.ask("GET", f"/{PROJECT}/servers").status == 200
    refused = cloud.ask("GET", f"/{ADMIN_PROJECT}/servers")
    assert refused.status == 400
    assert "doesn't match" in refused.message
