"""What cannot be done ends in words, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_lite.compute import guard
from nova_lite.db.reads import hosts
from nova_lite.db.session import Database
from tests.functional.whole.cloud import Cloud

pytestmark = pytest.mark.promise(1)


@pytest.fixture
def database(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = Database(f"sqlite:///{cloud.directory}/db.sqlite")
    yield opened
    opened.close()


def assert_nothing_is_taken(cloud: Cloud, database: Database) -> None:
    with database.read() as tx:
        for host in hosts.every(tx):
            assert (host.instances, host.vcpus_used, host.memory_mb_used) == (0, 0, 0), host.host
    for name in cloud.hosts:
        guests = list((cloud.directory / name / "instances").glob("*-*-*-*-*"))
        assert guests == [], f"files of guests are left on {name}"


def boot_up_to(cloud: Cloud, image_file: Path, gate: Path) -> str:
    """A server whose boot stands at that gate of its host, until the file is removed."""
    gate.touch()
    server = cloud.client.boot(cloud.client.upload(image_file))
    cloud.client.wait(gate.with_name(f"{gate.name}.{server}").exists, f"the boot is at {gate.name}")
    return server


def test_a_flavor_that_no_host_can_take_says_what_is_lacking(cloud: Cloud, image: str, database: Database) -> None:
    client = cloud.client
    client.ask("POST", "/flavors", {"flavor": {"name": "huge", "ram": 4 << 20, "vcpus": 1, "disk": 1, "id": "huge"}})
    client.ask("PUT", "/os-quota-sets/" + client.project_id, {"quota_set": {"ram": -1}})
    server = client.boot(image, flavor="huge")
    fault = client.wait_status(server, "ERROR")["fault"]
    assert fault["message"].startswith("No valid host was found. 1 host: 1 lack memory (need 4194304 MiB of memory")
    (action,) = client.ask("GET", f"/servers/{server}/os-instance-actions")["instanceActions"]
    shown = client.ask("GET", f"/servers/{server}/os-instance-actions/{action['request_id']}")["instanceAction"]
    assert [(event["event"], event["result"], event["details"]) for event in shown["events"]] == [
        ("conductor_create", "Error", fault["message"])
    ], "the history says why, too"
    client.ask("DELETE", f"/servers/{server}")
    client.wait_gone(server)
    assert_nothing_is_taken(cloud, database)


def test_an_image_that_is_no_disk_image_says_so(cloud: Cloud, tmp_path: Path, database: Database) -> None:
    client = cloud.client
    raw = tmp_path / "text.raw"
    raw.write_text("this is no disk")
    image = client.upload(raw, name="no disk", disk_format="raw")
    server = client.boot(image)
    shown = client.wait_status(server, "ERROR")
    assert "image" in shown["fault"]["message"].lower()
    client.ask("DELETE", f"/servers/{server}")
    client.wait_gone(server)
    assert_nothing_is_taken(cloud, database)


def test_an_unknown_zone_is_refused_at_once(cloud: Cloud, image: str) -> None:
    body = {"server": {"name": "x", "imageRef": image, "flavorRef": "42", "networks": "auto",
                       "availability_zone": "nowhere"}}
    answer = cloud.client.request("POST", "/servers", body)
    assert answer.status_code == 400 and "availability zone" in answer.text


def test_a_boot_that_fails_on_one_host_is_tried_on_another(
    tmp_path: Path, image_file: Path
) -> None:
    with Cloud(tmp_path, hosts=("a", "b"), more="[fake]\nfailures = spawn:1x no luck here\n") as cloud:
        client = cloud.client
        server = client.boot(client.upload(image_file))
        shown = client.wait_status(server, "ERROR")
        # Each host fails once: two attempts, then no host is left that has not failed this boot.
        assert "No valid host was found" in shown["fault"]["message"]
        assert "have failed it already or are to be left" in shown["fault"]["message"]
        again = client.boot(client.upload(image_file))
        assert client.wait_status(again, "ACTIVE")["OS-EXT-SRV-ATTR:host"] in ("a", "b")


def test_a_delete_wins_over_a_boot_under_way(tmp_path: Path, image_file: Path) -> None:
    with Cloud(tmp_path, more=f"[fake]\ngates = {tmp_path}\n") as cloud:
        client = cloud.client
        server = boot_up_to(cloud, image_file, tmp_path / "create_disks.after")
        assert client.request("DELETE", f"/servers/{server}").status_code == 204
        (tmp_path / "create_disks.after").unlink()
        client.wait_gone(server)
        client.wait(lambda: not list((tmp_path / "h1/instances").glob("*-*-*-*-*")), "no files are left")


def test_a_compute_that_comes_back_finishes_what_it_began(tmp_path: Path, image_file: Path) -> None:
    with Cloud(tmp_path, more=f"[fake]\ngates = {tmp_path}\n") as cloud:
        server = boot_up_to(cloud, image_file, tmp_path / "create_disks.after")
        cloud.kill("h1")
        (tmp_path / "create_disks.after").unlink()  # its thread lives on, up to its next step
        cloud.start_host("h1")
        assert cloud.client.wait_status(server, "ACTIVE")["OS-EXT-SRV-ATTR:host"] == "h1"


def test_a_boot_waits_for_the_scheduler_to_come_back(tmp_path: Path, image_file: Path) -> None:
    with Cloud(tmp_path) as cloud:
        client = cloud.client
        image = client.upload(image_file)
        cloud.stop("scheduler")
        server = client.boot(image)
        assert client.show(server)["status"] == "BUILD"
        cloud.start_scheduler()
        client.wait_status(server, "ACTIVE")


@pytest.mark.promise(1, 6)
def test_a_point_of_no_return_is_told_until_a_conductor_hears(
    tmp_path: Path, image_file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Longer than a step is tried again for what else it needs."""
    monkeypatch.setattr(guard, "PATIENCE", 0.0)
    gate = tmp_path / "gates/snapshot.after"
    gate.parent.mkdir()
    with Cloud(tmp_path, more=f"[fake]\ngates = {gate.parent}\n") as cloud:
        client = cloud.client
        server = client.boot_up(client.upload(image_file))
        gate.touch()
        assert client.act(server, "shelve").status_code == 202
        client.wait(gate.with_name(f"{gate.name}.{server}").exists, "the guest's disk is copied")
        cloud.stop("conductor")
        gate.unlink()
        client.wait(lambda: "not heard" in caplog.text, "nobody hears that the guest is to go")
        cloud.start_conductor()
        assert client.wait_status(server, "SHELVED_OFFLOADED")["OS-EXT-SRV-ATTR:host"] is None
        (shelving, _) = client.ask("GET", f"/servers/{server}/os-instance-actions")["instanceActions"]
        assert (shelving["action"], shelving["message"]) == ("shelve", None)
