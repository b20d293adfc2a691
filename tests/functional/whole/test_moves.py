"""Servers that move: cold migration and resize to another host, decided either way; evacuation from a dead one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from nova_lite.conductor.audit import Auditor
from nova_lite.core.clock import SystemClock
from nova_lite.db.models.hosts import ComputeNodeRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads.operations import UNFINISHED
from nova_lite.db.session import Database, Tx
from nova_lite.rpcapi.compute import Compute
from tests.functional.whole.cloud import Cloud

HOSTS = ("a", "b")
HOST = "OS-EXT-SRV-ATTR:host"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    directory = tmp_path_factory.mktemp("moves")
    (directory / "gates").mkdir()
    more = f"[api]\nallow_resize_to_same_host = false\n[fake]\ngates = {directory}/gates\n"
    with Cloud(directory, HOSTS, more) as running:
        yield running


@pytest.fixture(scope="module")
def image(cloud: Cloud, image_file: Path) -> str:
    return cloud.client.upload(image_file)


@pytest.fixture
def server(cloud: Cloud, image: str) -> Iterator[str]:
    made = cloud.client.boot_up(image, availability_zone="nova:a")
    yield made
    cloud.client.request("DELETE", f"/servers/{made}")
    cloud.client.wait_gone(made)
    assert [cloud.guests(host) for host in HOSTS] == [{}, {}]
    assert parcels(cloud) == []
    consistent(cloud)


def consistent(cloud: Cloud) -> None:
    """The records agree among themselves and with what the hosts have."""
    bus = cloud.bus("nova-conductor@auditor")
    with opened(cloud) as database:
        auditor = Auditor(database, lambda host: bus.proxy(Compute, host=host), SystemClock(), 60.0)
        assert auditor.audit(fix=False) == []


def opened(cloud: Cloud) -> contextlib.closing[Database]:
    return contextlib.closing(Database(f"sqlite:///{cloud.directory}/db.sqlite"))


def parcels(cloud: Cloud) -> list[Any]:
    listed = cloud.client.session.get(f"{cloud.client.url}/image/v2/images", timeout=60).json()["images"]
    return [image for image in listed if image["name"].startswith("move-")]


def used(cloud: Cloud) -> dict[str, tuple[int, int]]:
    """Cores and guests that each host counts."""
    nodes = cloud.client.ask("GET", "/os-hypervisors/detail")["hypervisors"]
    return {node["hypervisor_hostname"]: (node["vcpus_used"], node["running_vms"]) for node in nodes}


def act(cloud: Cloud, server: str, action: str, arguments: object, status: str, code: int = 202) -> dict[str, Any]:
    answer = cloud.client.act(server, action, arguments)
    assert answer.status_code == code, answer.text
    return cloud.client.wait_status(server, status)


def migration(cloud: Cloud, server: str) -> dict[str, Any]:
    found: dict[str, Any] = cloud.client.ask("GET", f"/os-migrations?instance_uuid={server}")["migrations"][0]
    return found


def test_a_migrated_server_has_its_disk_and_its_addresses_elsewhere(cloud: Cloud, server: str) -> None:
    before, was = cloud.client.show(server), cloud.guests("a")[server]
    shown = act(cloud, server, "migrate", None, "VERIFY_RESIZE")
    assert shown[HOST] == "b" and shown["addresses"] == before["addresses"]
    there, here = cloud.guests("b")[server], cloud.guests("a")[server]
    assert (there.disk, there.power_state, there.addresses) == (was.disk, 1, was.addresses)
    assert here.power_state == 4
    assert used(cloud) == {"a": (1, 1), "b": (1, 1)}
    told = migration(cloud, server)
    assert (told["migration_type"], told["status"], told["source_compute"], told["dest_compute"]) == (
        "migration", "finished", "a", "b")
    consistent(cloud)
    assert act(cloud, server, "confirmResize", None, "ACTIVE", 204)[HOST] == "b"
    assert cloud.guests("a") == {} and used(cloud) == {"a": (0, 0), "b": (1, 1)}
    assert migration(cloud, server)["status"] == "confirmed"
    assert parcels(cloud) == []


def test_a_reverted_migration_goes_on_where_it_was(cloud: Cloud, server: str) -> None:
    was = cloud.guests("a")[server]
    act(cloud, server, "migrate", {"host": "b"}, "VERIFY_RESIZE")
    shown = act(cloud, server, "revertResize", None, "ACTIVE")
    assert shown[HOST] == "a" and cloud.guests("b") == {}
    assert (cloud.guests("a")[server].power_state, cloud.guests("a")[server].disk) == (1, was.disk)
    assert used(cloud) == {"a": (1, 1), "b": (0, 0)}
    assert migration(cloud, server)["status"] == "reverted"


def test_a_server_that_is_off_stays_off_wherever_it_goes(cloud: Cloud, server: str) -> None:
    act(cloud, server, "os-stop", None, "SHUTOFF")
    act(cloud, server, "migrate", None, "VERIFY_RESIZE")
    assert cloud.guests("b")[server].power_state == 4
    act(cloud, server, "confirmResize", None, "SHUTOFF", 204)
    act(cloud, server, "migrate", None, "VERIFY_RESIZE")
    assert act(cloud, server, "revertResize", None, "SHUTOFF")[HOST] == "b"
    assert cloud.guests("b")[server].power_state == 4


def test_a_resize_goes_elsewhere_with_the_new_size(cloud: Cloud, server: str) -> None:
    was = cloud.guests("a")[server]
    body = {"flavor": {"name": "moved", "id": "moved", "ram": 256, "vcpus": 3, "disk": 5}}
    cloud.client.ask("POST", "/flavors", body)
    shown = act(cloud, server, "resize", {"flavorRef": "moved"}, "VERIFY_RESIZE")
    there = cloud.guests("b")[server]
    assert shown[HOST] == "b" and (there.vcpus, there.memory_mb, there.root_gb) == (3, 256, 5)
    assert there.disk == was.disk and used(cloud) == {"a": (1, 1), "b": (3, 1)}
    told = migration(cloud, server)
    assert told["migration_type"] == "resize" and told["old_instance_type_id"] != told["new_instance_type_id"]
    back = act(cloud, server, "revertResize", None, "ACTIVE")
    assert (back[HOST], back["flavor"]["vcpus"], cloud.guests("a")[server].vcpus) == ("a", 1, 1)
    act(cloud, server, "resize", {"flavorRef": "moved"}, "VERIFY_RESIZE")
    assert act(cloud, server, "confirmResize", None, "ACTIVE", 204)["flavor"]["vcpus"] == 3
    assert used(cloud) == {"a": (0, 0), "b": (3, 1)}


def test_a_server_whose_move_is_undecided_is_deleted_on_both_hosts(cloud: Cloud, server: str) -> None:
    act(cloud, server, "migrate", None, "VERIFY_RESIZE")
    assert set(cloud.guests("a")) == set(cloud.guests("b")) == {server}


def test_an_arrival_that_fails_leaves_the_server_where_it_was(cloud: Cloud, server: str) -> None:
    was = cloud.guests("a")[server]
    with cloud.failing("b", "spawn:no such bridge"):
        shown = act(cloud, server, "migrate", None, "ACTIVE")
    assert shown[HOST] == "a" and cloud.guests("b") == {} and cloud.guests("a")[server].power_state == 1
    assert cloud.guests("a")[server].disk == was.disk and used(cloud) == {"a": (1, 1), "b": (0, 0)}
    assert migration(cloud, server)["status"] == "error"
    (action,) = [
        one for one in cloud.client.ask("GET", f"/servers/{server}/os-instance-actions")["instanceActions"]
        if one["action"] == "migrate"
    ]
    shown = cloud.client.ask("GET", f"/servers/{server}/os-instance-actions/{action['request_id']}")["instanceAction"]
    failed = [event for event in shown["events"] if event["result"] == "Error"]
    assert action["message"] == "Error" and [event["event"] for event in failed] == ["compute_finish_resize"]
    assert "no such bridge" in failed[0]["traceback"]


def test_a_departure_that_fails_changes_nothing(cloud: Cloud, server: str) -> None:
    with cloud.failing("a", "snapshot:the disk is on fire"):
        shown = act(cloud, server, "migrate", None, "ACTIVE")
    assert shown[HOST] == "a" and cloud.guests("a")[server].power_state == 1
    assert used(cloud) == {"a": (1, 1), "b": (0, 0)}


@pytest.mark.parametrize(("arguments", "code", "words"), [
    ({"host": "nowhere"}, 400, "Compute host nowhere could not be found."),
    ({"host": "a"}, 400, "Cannot migrate to the host where the server exists"),
])
def test_where_a_server_cannot_go(cloud: Cloud, server: str, arguments: object, code: int, words: str) -> None:
    refused = cloud.client.act(server, "migrate", arguments)
    assert refused.status_code == code and words in refused.text, refused.text
    assert cloud.client.show(server)["OS-EXT-STS:task_state"] is None


def test_a_server_that_gets_an_interface_stays_until_it_has_it(cloud: Cloud, server: str) -> None:
    gate, path = cloud.directory / "gates/attach_interface.before", f"/servers/{server}/os-interface"
    gate.touch()
    cloud.client.ask("POST", path, {"interfaceAttachment": {}})
    refused = cloud.client.act(server, "migrate")
    gate.unlink()
    assert refused.status_code == 409 and "while attach_interface is under way" in refused.text, refused.text
    cloud.client.wait(lambda: {port["port_state"] for port in cloud.client.ask("GET", path)["interfaceAttachments"]}
                      == {"ACTIVE"}, "both are plugged in")
    assert act(cloud, server, "migrate", None, "VERIFY_RESIZE")[HOST] == "b"
    assert len(cloud.guests("b")[server].addresses) == 2


def test_what_is_listed_of_migrations(cloud: Cloud, server: str) -> None:
    act(cloud, server, "migrate", None, "VERIFY_RESIZE")
    ask = cloud.client.ask
    for query, count in (
        ("host=a", 1), ("host=b", 1), ("host=c", 0), ("source_compute=a", 1), ("source_compute=b", 0),
        ("status=finished", 1), ("status=done", 0), ("migration_type=migration", 1), ("migration_type=resize", 0),
        ("migration_type=live-migration", 0), ("limit=1", 1),
    ):
        listed = ask("GET", f"/os-migrations?instance_uuid={server}&{query}")["migrations"]
        assert len(listed) == count, query
    assert ask("GET", f"/servers/{server}/migrations") == {"migrations": []}
    number = migration(cloud, server)["id"]
    refused = cloud.client.request("GET", f"/servers/{server}/migrations/{number}")
    assert refused.status_code == 404 and "is not live-migration" in refused.text
    assert cloud.client.request("DELETE", f"/servers/{server}/migrations/{number}").status_code == 400
    assert cloud.client.request("DELETE", f"/servers/{server}/migrations/77777").status_code == 404


def force_down(cloud: Cloud, host: str, down: bool) -> None:
    services = cloud.client.ask("GET", f"/os-services?binary=nova-compute&host={host}")["services"]
    cloud.client.ask("PUT", f"/os-services/{services[0]['id']}", {"forced_down": down})


def test_an_evacuated_server_is_made_anew_elsewhere_and_goes_from_the_host_that_comes_back(
    cloud: Cloud, server: str
) -> None:
    before, was = cloud.client.show(server), cloud.guests("a")[server]
    refused = cloud.client.act(server, "evacuate", {})
    assert refused.status_code == 400 and "is still in use" in refused.text
    cloud.stop("a")
    force_down(cloud, "a", True)
    assert cloud.client.show(server)["host_status"] == "DOWN"
    try:
        shown = act(cloud, server, "evacuate", {}, "ACTIVE", 200)
        assert shown[HOST] == "b" and shown["addresses"] == before["addresses"]
        assert cloud.guests("b")[server].disk not in ("", was.disk)
        assert cloud.guests("a")[server] == was and used(cloud) == {"a": (0, 0), "b": (1, 1)}
        told = migration(cloud, server)
        assert (told["migration_type"], told["status"], told["source_compute"], told["dest_compute"]) == (
            "evacuation", "done", "a", "b")
    finally:
        cloud.start_host("a")
        force_down(cloud, "a", False)
    cloud.client.wait(lambda: cloud.guests("a") == {}, "what was evacuated is gone from its old host")
    assert cloud.guests("b")[server].power_state == 1


def test_nobody_is_evacuated_while_no_host_is_heard(cloud: Cloud, server: str) -> None:
    for host in HOSTS:
        cloud.stop(host)
    try:
        with opened(cloud) as database:
            database.transact(lambda tx: tx.change(update(ComputeNodeRow).values(last_seen_at=0.0)))
        refused = cloud.client.act(server, "evacuate", {})
        assert refused.status_code == 400 and "nobody knows whether that of a is" in refused.text, refused.text
    finally:
        for host in HOSTS:
            cloud.start_host(host)
    cloud.client.wait_for_hosts(len(HOSTS))


@pytest.mark.parametrize(("version", "body", "answer", "status"), [
    ("2.1", {"onSharedStorage": False, "adminPass": "secret"}, {"adminPass": "secret"}, "ACTIVE"),
    ("2.29", {"force": True, "host": "b"}, None, "ACTIVE"),
    ("2.95", {"host": "b"}, None, "SHUTOFF"),
])
def test_the_shapes_of_an_evacuation(
    cloud: Cloud, server: str, version: str, body: dict[str, object], answer: object, status: str
) -> None:
    cloud.stop("a")
    force_down(cloud, "a", True)
    headers = {"OpenStack-API-Version": f"compute {version}"}
    try:
        asked = cloud.client.request("POST", f"/servers/{server}/action", {"evacuate": body}, headers=headers)
        assert asked.status_code == 200, asked.text
        assert (asked.json() if asked.content else None) == answer
        cloud.client.wait_status(server, status)
        drive = (cloud.directory / "b/instances" / server / "disk.config").read_bytes()
        assert answer is None or b'"admin_pass":"secret"' in drive
    finally:
        cloud.start_host("a")
        force_down(cloud, "a", False)
    cloud.client.wait(lambda: cloud.guests("a") == {}, "the old host is clear")


@pytest.mark.parametrize(("version", "body", "code", "words"), [
    ("2.1", {"onSharedStorage": True}, 400, "share no disks"),
    ("2.29", {"force": True}, 400, "non-provided destination"),
    ("2.68", {"force": False}, 400, "force"),
    ("2.14", {"host": "nowhere"}, 404, "Compute host nowhere not found"),
    ("2.14", {"host": "a"}, 400, "same one"),
])
def test_an_evacuation_that_is_refused(
    cloud: Cloud, server: str, version: str, body: object, code: int, words: str
) -> None:
    headers = {"OpenStack-API-Version": f"compute {version}"}
    refused = cloud.client.request("POST", f"/servers/{server}/action", {"evacuate": body}, headers=headers)
    assert refused.status_code == code and words in refused.text, refused.text


def test_an_evacuation_that_fails_leaves_the_server_where_it_was_and_may_be_asked_again(
    cloud: Cloud, server: str
) -> None:
    cloud.stop("a")
    force_down(cloud, "a", True)
    try:
        with cloud.failing("b", "spawn:no such bridge"):
            shown = act(cloud, server, "evacuate", {}, "ERROR", 200)
        assert shown[HOST] == "a" and cloud.guests("b") == {} and used(cloud) == {"a": (1, 1), "b": (0, 0)}
        assert "No valid host" in shown["fault"]["message"] and "no such bridge" in shown["fault"]["message"]
        assert act(cloud, server, "evacuate", {}, "ACTIVE", 200)[HOST] == "b"
    finally:
        cloud.start_host("a")
        force_down(cloud, "a", False)
    cloud.client.wait(lambda: cloud.guests("a") == {}, "the old host is clear")


@pytest.fixture
def cut_off(cloud: Cloud, server: str) -> Iterator[str]:
    """A server whose move to b has run out of time: b is silent, and runs the guest."""
    gate = cloud.directory / "gates/spawn.after"
    gate.touch()
    assert cloud.client.act(server, "migrate").status_code == 202
    cloud.client.wait(gate.with_name(f"{gate.name}.{server}").exists, "the guest runs at its destination")
    cloud.kill("b")  # a report that was under way would say that it is not silent
    gate.unlink()
    with opened(cloud) as database:

        def given_up() -> bool:
            database.transact(fall_silent)  # again, until the conductor has listened for long enough itself
            return bool(cloud.client.show(server)["status"] == "ERROR")
        cloud.client.wait(given_up, "the server is in ERROR", pause=0.5)
    shown = cloud.client.show(server)
    assert shown["OS-EXT-STS:task_state"] == "resize_reverting" and "forced it down" in shown["fault"]["message"]
    assert (cloud.guests("a")[server].power_state, cloud.guests("b")[server].power_state) == (4, 1)
    yield server
    if "b" not in cloud.services:
        cloud.start_host("b")
    force_down(cloud, "b", False)
    cloud.client.wait(lambda: cloud.guests("b") == {}, "the guest has gone from where it was cut off")


def wait_for(cloud: Cloud, server: str, status: str, task_state: str | None) -> dict[str, Any]:
    """The server once it shows this, whatever it has shown before."""
    shown: dict[str, Any] = {}

    def reached() -> bool:
        shown.update(cloud.client.show(server))
        return (shown["status"], shown["OS-EXT-STS:task_state"]) == (status, task_state)
    cloud.client.wait(reached, lambda: f"{status} and {task_state}: {shown}")
    return shown


def fall_silent(tx: Tx) -> None:
    """Nobody has heard of b for long, and time is up for what is under way."""
    assert tx.change(update(ComputeNodeRow).where(ComputeNodeRow.host == "b").values(last_seen_at=0.0))
    tx.change(update(OperationRow).where(OperationRow.state.in_(UNFINISHED)).values(deadline=0.0))


@pytest.mark.promise(1, 2)
def test_a_guest_that_was_cut_off_goes_when_its_host_is_back_and_then_the_source_goes_on(
    cloud: Cloud, cut_off: str
) -> None:
    cloud.start_host("b")
    shown = wait_for(cloud, cut_off, "ACTIVE", None)
    assert shown[HOST] == "a" and cloud.guests("b") == {} and cloud.guests("a")[cut_off].power_state == 1
    assert migration(cloud, cut_off)["status"] == "error"


@pytest.mark.promise(1, 2)
def test_the_source_goes_on_when_somebody_says_that_the_destination_is_dead(cloud: Cloud, cut_off: str) -> None:
    force_down(cloud, "b", True)
    shown = wait_for(cloud, cut_off, "ACTIVE", None)
    assert shown[HOST] == "a" and cloud.guests("a")[cut_off].power_state == 1
    assert used(cloud) == {"a": (1, 1), "b": (0, 0)}


@pytest.mark.promise(1, 2)
def test_a_server_that_may_run_where_it_was_cut_off_is_not_started_and_can_be_deleted(
    cloud: Cloud, cut_off: str
) -> None:
    refused = cloud.client.act(cut_off, "reboot", {"type": "HARD"})
    assert refused.status_code == 409 and "task_state resize_reverting" in refused.text, refused.text
    cloud.client.ask("DELETE", f"/servers/{cut_off}")
    cloud.client.wait_gone(cut_off)


@pytest.mark.promise(2)
def test_an_arrival_that_cannot_be_undone_is_cleared_away_before_the_source_goes_on(
    cloud: Cloud, server: str
) -> None:
    with cloud.failing("b", "spawn:after no such bridge,destroy:2x busy"):
        shown = act(cloud, server, "migrate", None, "ACTIVE")
        assert shown[HOST] == "a" and cloud.guests("b") == {} and cloud.guests("a")[server].power_state == 1


def test_one_host_has_no_other(tmp_path: Path, image_file: Path) -> None:
    with Cloud(tmp_path) as alone:
        server = alone.client.boot_up(alone.client.upload(image_file))
        refused = alone.client.act(server, "migrate")
        assert refused.status_code == 400 and "No valid host was found" in refused.text
        assert alone.client.show(server)["OS-EXT-STS:task_state"] is None
