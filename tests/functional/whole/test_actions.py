"""Every action on a server that is more than a power switch, through the API alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.functional.whole.cloud import Cloud


@pytest.fixture
def server(cloud: Cloud, image: str) -> Iterator[str]:
    made = cloud.client.boot_up(image)
    yield made
    cloud.client.request("DELETE", f"/servers/{made}")
    cloud.client.wait_gone(made)


def act(cloud: Cloud, server: str, action: str, arguments: object, status: str, code: int = 202) -> dict[str, Any]:
    answer = cloud.client.act(server, action, arguments)
    assert answer.status_code == code, answer.text
    return cloud.client.wait_status(server, status)


def image_of(cloud: Cloud, image_id: str) -> dict[str, Any]:
    """Its record; empty when there is none."""
    answer = cloud.client.session.get(f"{cloud.client.url}/image/v2/images/{image_id}", timeout=60)
    shown: dict[str, Any] = answer.json() if answer.ok else {}
    return shown


def used(cloud: Cloud) -> tuple[int, int, int]:
    """What the host's counters say."""
    node = cloud.client.ask("GET", "/os-hypervisors/detail")["hypervisors"][0]
    return node["vcpus_used"], node["memory_mb_used"] - 512, node["running_vms"]


def flavor(cloud: Cloud, flavorid: str, **sizes: int) -> str:
    body = {"flavor": {"name": f"test.{flavorid}", "id": flavorid, "ram": 256, "vcpus": 2, "disk": 3, **sizes}}
    if cloud.client.request("GET", f"/flavors/{flavorid}").status_code == 404:
        cloud.client.ask("POST", "/flavors", body)
    return flavorid


def test_suspend_and_resume(cloud: Cloud, server: str) -> None:
    assert act(cloud, server, "suspend", None, "SUSPENDED")["OS-EXT-STS:power_state"] == 4
    refused = cloud.client.act(server, "suspend")
    assert refused.status_code == 409 and "vm_state suspended" in refused.text
    assert act(cloud, server, "resume", None, "ACTIVE")["OS-EXT-STS:power_state"] == 1
    act(cloud, server, "suspend", None, "SUSPENDED")
    act(cloud, server, "reboot", {"type": "HARD"}, "ACTIVE")


def test_a_crash_dump_is_for_what_runs(cloud: Cloud, server: str) -> None:
    act(cloud, server, "trigger_crash_dump", None, "ACTIVE")
    act(cloud, server, "os-stop", None, "SHUTOFF")
    refused = cloud.client.act(server, "trigger_crash_dump")
    assert refused.status_code == 409 and "vm_state stopped" in refused.text


def test_reset_state(cloud: Cloud, server: str) -> None:
    assert cloud.client.act(server, "os-resetState", {"state": "error"}).status_code == 202
    assert cloud.client.show(server)["status"] == "ERROR"
    act(cloud, server, "os-resetState", {"state": "active"}, "ACTIVE")
    assert cloud.client.act(server, "os-resetState", {"state": "paused"}).status_code == 400


def test_rebuild_keeps_who_the_server_is(cloud: Cloud, server: str, image: str) -> None:
    before = cloud.client.show(server)
    body = {"imageRef": image, "name": "again", "metadata": {"a": "b"}, "description": "d", "adminPass": "secret",
            "user_data": "IyEvYmluL3NoCg=="}
    answer = cloud.client.act(server, "rebuild", body)
    assert answer.status_code == 202, answer.text
    shown = answer.json()["server"]
    assert (shown["adminPass"], shown["user_data"]) == ("secret", body["user_data"])
    after = cloud.client.wait_status(server, "ACTIVE")
    assert (after["name"], after["metadata"], after["description"]) == ("again", {"a": "b"}, "d")
    assert (after["id"], after["addresses"]) == (before["id"], before["addresses"])


def test_a_stopped_server_stays_off_when_it_is_rebuilt(cloud: Cloud, server: str, image: str) -> None:
    act(cloud, server, "os-stop", None, "SHUTOFF")
    assert act(cloud, server, "rebuild", {"imageRef": image}, "SHUTOFF")["OS-EXT-STS:power_state"] == 4


def test_a_rebuild_from_no_image_changes_nothing(cloud: Cloud, server: str) -> None:
    answer = cloud.client.act(server, "rebuild", {"imageRef": "10000000-0000-4000-8000-00000000dead", "name": "no"})
    assert answer.status_code == 400 and "could not be found" in answer.text
    assert cloud.client.show(server)["name"] == "demo"


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_an_image_of_a_server_boots(cloud: Cloud, server: str, image: str, state: str) -> None:
    if state == "stopped":
        act(cloud, server, "os-stop", None, "SHUTOFF")
    status = cloud.client.show(server)["status"]
    answer = cloud.client.act(server, "createImage", {"name": "snap", "metadata": {"k": "v"}})
    assert answer.status_code == 202 and "Location" not in answer.headers
    made = answer.json()["image_id"]
    cloud.client.wait(lambda: image_of(cloud, made)["status"] == "active", "the snapshot is there")
    cloud.client.wait_status(server, status)
    shown = image_of(cloud, made)
    assert (shown["image_type"], shown["base_image_ref"], shown["instance_uuid"], shown["k"]) == (
        "snapshot", image, server, "v")
    assert (shown["visibility"], shown["disk_format"], shown["owner"]) == (
        "private", "qcow2", cloud.client.project_id)
    second = cloud.client.boot_up(made)
    cloud.client.ask("DELETE", f"/servers/{second}")


def test_an_image_is_located_for_old_clients(cloud: Cloud, server: str) -> None:
    cloud.client.session.headers["OpenStack-API-Version"] = "compute 2.1"
    try:
        answer = cloud.client.act(server, "createImage", {"name": "snap"})
    finally:
        cloud.client.session.headers["OpenStack-API-Version"] = "compute 2.79"
    assert answer.status_code == 202 and answer.content == b""
    image_id = answer.headers["Location"].rpartition("/")[2]
    assert image_of(cloud, image_id)["name"] == "snap"
    cloud.client.wait_status(server, "ACTIVE")


def test_a_refused_image_leaves_no_record(cloud: Cloud, server: str) -> None:
    act(cloud, server, "rescue", None, "RESCUE", 200)
    before = cloud.client.session.get(f"{cloud.client.url}/image/v2/images", timeout=60).json()["images"]
    assert cloud.client.act(server, "createImage", {"name": "no"}).status_code == 409
    assert cloud.client.session.get(f"{cloud.client.url}/image/v2/images", timeout=60).json()["images"] == before


def test_backups_rotate(cloud: Cloud, server: str) -> None:
    made = []
    for number in range(3):
        body = {"name": f"b{number}", "backup_type": "daily", "rotation": 2}
        made.append(cloud.client.act(server, "createBackup", body).json()["image_id"])
        cloud.client.wait_status(server, "ACTIVE")
    assert [image_of(cloud, image_id).get("status") for image_id in made] == [None, "active", "active"]


def test_resize_confirmed(cloud: Cloud, server: str) -> None:
    before, big = used(cloud), flavor(cloud, "big")
    shown = act(cloud, server, "resize", {"flavorRef": big}, "VERIFY_RESIZE")
    assert shown["flavor"]["ram"] == 256
    assert used(cloud) == (before[0] + 2, before[1] + 256, before[2])
    act(cloud, server, "confirmResize", None, "ACTIVE", 204)
    small = shown["flavor"]
    assert (small["vcpus"], small["disk"]) == (2, 3)
    assert cloud.client.act(server, "revertResize").status_code == 409


def test_resize_reverted(cloud: Cloud, server: str) -> None:
    before, big = used(cloud), flavor(cloud, "big")
    ram = cloud.client.show(server)["flavor"]["ram"]
    act(cloud, server, "resize", {"flavorRef": big}, "VERIFY_RESIZE")
    shown = act(cloud, server, "revertResize", None, "ACTIVE")
    assert shown["flavor"]["ram"] == ram
    assert used(cloud) == before


def test_a_stopped_server_is_resized_and_stays_off(cloud: Cloud, server: str) -> None:
    act(cloud, server, "os-stop", None, "SHUTOFF")
    act(cloud, server, "resize", {"flavorRef": flavor(cloud, "big")}, "VERIFY_RESIZE")
    assert act(cloud, server, "confirmResize", None, "SHUTOFF", 204)["OS-EXT-STS:power_state"] == 4


def test_resizes_that_cannot_be_are_refused(cloud: Cloud, server: str) -> None:
    before = used(cloud)
    same = cloud.client.act(server, "resize", {"flavorRef": "42"})
    assert same.status_code == 400 and "must change flavor" in same.text
    huge = cloud.client.act(server, "resize", {"flavorRef": flavor(cloud, "huge", vcpus=1, disk=5_000_000)})
    assert huge.status_code == 400 and "No valid host was found" in huge.text
    many = cloud.client.act(server, "resize", {"flavorRef": flavor(cloud, "many", vcpus=500)})
    assert many.status_code == 403 and "Quota exceeded" in many.text
    assert cloud.client.act(server, "resize", {"flavorRef": "none"}).status_code == 400
    assert (used(cloud), cloud.client.show(server)["OS-EXT-STS:task_state"]) == (before, None)


def test_rescue_and_unrescue(cloud: Cloud, server: str, image: str) -> None:
    answer = cloud.client.act(server, "rescue", {"adminPass": "p", "rescue_image_ref": image})
    assert (answer.status_code, answer.json()) == (200, {"adminPass": "p"})
    cloud.client.wait_status(server, "RESCUE")
    refused = cloud.client.act(server, "pause")
    assert refused.status_code == 409 and "vm_state rescued" in refused.text
    act(cloud, server, "unrescue", None, "ACTIVE")


def test_shelve_leaves_an_image_and_unshelve_takes_it(cloud: Cloud, server: str, image: str) -> None:
    before = used(cloud)
    shelved = act(cloud, server, "shelve", None, "SHELVED_OFFLOADED")
    assert (shelved["OS-EXT-SRV-ATTR:host"], shelved["OS-EXT-STS:power_state"]) == (None, 0)
    assert used(cloud)[2] == before[2] - 1
    images = cloud.client.session.get(f"{cloud.client.url}/image/v2/images?name=demo-shelved", timeout=60).json()
    (kept,) = images["images"]
    assert cloud.client.act(server, "shelveOffload").status_code == 409
    back = act(cloud, server, "unshelve", None, "ACTIVE")
    assert back["image"]["id"] == image and used(cloud) == before
    assert image_of(cloud, kept["id"]).get("status") is None


def test_a_shelved_server_is_deleted_with_its_image(cloud: Cloud, image: str) -> None:
    server = cloud.client.boot_up(image, name="gone")
    act(cloud, server, "shelve", None, "SHELVED_OFFLOADED")
    cloud.client.ask("DELETE", f"/servers/{server}")
    cloud.client.wait_gone(server)
    listed = cloud.client.session.get(f"{cloud.client.url}/image/v2/images?name=gone-shelved", timeout=60).json()
    assert listed["images"] == []


def test_what_this_cloud_cannot_do_is_refused_clearly(cloud: Cloud, server: str) -> None:
    assert cloud.client.act(server, "migrate").status_code == 400
    live = cloud.client.act(server, "os-migrateLive", {"host": None, "block_migration": "auto"})
    assert live.status_code == 400
    console = cloud.client.request("POST", f"/servers/{server}/remote-consoles",
                                   {"remote_console": {"protocol": "vnc", "type": "novnc"}})
    assert console.status_code == 400 and "serves no consoles" in console.text
    assert cloud.client.act(server, "os-getVNCConsole", {"type": "novnc"}).status_code == 404
    assert cloud.client.act(server, "restore").status_code == 409
