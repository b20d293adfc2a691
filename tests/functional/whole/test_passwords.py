"""Passwords of servers' administrators: given by an action, or put on the config drive; written down nowhere."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from nova_lite.virt.fake.hypervisor import FakeDomain
from tests.functional.whole.cloud import Cloud

SECRET = "k3pt-f0r-7he-6ue5t"


@pytest.fixture(scope="module")
def agents(cloud: Cloud, image_file: Path) -> str:
    """An image whose guests have an agent."""
    return cloud.client.upload(image_file, "agents", hw_qemu_guest_agent="yes", os_admin_user="boss")


@pytest.fixture(scope="module")
def server(cloud: Cloud, agents: str) -> Iterator[str]:
    made = cloud.client.boot_up(agents)
    yield made
    cloud.client.ask("DELETE", f"/servers/{made}")
    cloud.client.wait_gone(made)


def instances(cloud: Cloud) -> Path:
    return cloud.directory / "h1/instances"


def drive(cloud: Cloud, server: str, name: str = "disk.config") -> bytes:
    """What is on a config drive, which is not compressed."""
    return (instances(cloud) / server / name).read_bytes()


def told(password: str) -> bytes:
    return f'"admin_pass":"{password}"'.encode()


def answer_of_a_host(cloud: Cloud, server: str) -> requests.Response:
    """What comes of a new password when the server's host, which has just been started, takes work."""
    answers: list[requests.Response] = []

    def answered() -> bool:
        answers.append(cloud.client.act(server, "changePassword", {"adminPass": SECRET}))
        return answers[-1].status_code != 503

    cloud.client.wait(answered, "the host takes work")
    return answers[-1]


def last_action(cloud: Cloud, server: str) -> tuple[str, str, str]:
    """Its name, its event's and that one's result."""
    action = cloud.client.ask("GET", f"/servers/{server}/os-instance-actions")["instanceActions"][0]
    shown: Any = cloud.client.ask("GET", f"/servers/{server}/os-instance-actions/{action['request_id']}")
    (event,) = shown["instanceAction"]["events"]
    return action["action"], event["event"], event["result"]


def events_of_boot(cloud: Cloud, server: str) -> list[tuple[str, str]]:
    """Where it was tried, and how that ended, in order."""
    (action,) = cloud.client.ask("GET", f"/servers/{server}/os-instance-actions")["instanceActions"]
    shown = cloud.client.ask("GET", f"/servers/{server}/os-instance-actions/{action['request_id']}")["instanceAction"]
    events = sorted(shown["events"], key=lambda event: event["start_time"])
    return [(event["host"], event["result"]) for event in events]


def written_down(cloud: Cloud) -> list[str]:
    """The files with the password in them, config drives aside."""
    files = (Path(place, name) for place, _, names in os.walk(cloud.directory) for name in names)
    return [
        str(path) for path in files if not path.name.startswith("disk.config") and SECRET.encode() in _content(path)
    ]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # the services are at work: what was listed may be gone
        return b""


def test_the_guest_has_it_when_the_client_has_its_answer(
    cloud: Cloud, server: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = cloud.client.act(server, "changePassword", {"adminPass": SECRET})
    assert (answer.status_code, answer.content) == (202, b"")
    guest = msgspec.json.decode((instances(cloud) / f"{server}.json").read_bytes(), type=FakeDomain)
    assert guest.passwords == {"boss": hashlib.sha256(SECRET.encode()).hexdigest()}
    shown = cloud.client.show(server)
    assert (shown["status"], shown["OS-EXT-STS:task_state"]) == ("ACTIVE", None)
    assert last_action(cloud, server) == ("changePassword", "compute_set_admin_password", "Success")
    assert written_down(cloud) == [] and SECRET not in caplog.text


def test_without_an_agent_it_is_refused(cloud: Cloud, image: str) -> None:
    server = cloud.client.boot_up(image)
    answer = cloud.client.act(server, "changePassword", {"adminPass": SECRET})
    assert (
        answer.status_code, answer.json()["conflictingRequest"]["message"]
    ) == (409, "QEMU guest agent is not enabled")
    assert cloud.client.show(server)["status"] == "ACTIVE"
    assert last_action(cloud, server) == ("changePassword", "compute_set_admin_password", "Error")
    cloud.client.ask("DELETE", f"/servers/{server}")


def test_an_agent_that_is_silent_cannot(cloud: Cloud, server: str) -> None:
    cloud.stop("h1")
    path = instances(cloud) / f"{server}.json"
    guest = msgspec.json.decode(path.read_bytes(), type=FakeDomain)
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(guest, silent=True)))
    cloud.start_host("h1")
    try:
        assert answer_of_a_host(cloud, server).status_code == 501
        assert cloud.client.show(server)["status"] == "ACTIVE"
    finally:
        cloud.stop("h1")
        path.write_bytes(msgspec.json.encode(guest))
        cloud.start_host("h1")
        cloud.client.wait_for_hosts(1)


def test_a_hypervisor_that_fails_is_a_conflict_without_details(cloud: Cloud, server: str) -> None:
    with cloud.failing("h1", f"set_admin_password:{SECRET}"):
        answer = answer_of_a_host(cloud, server)
    assert answer.status_code == 409 and "because error setting admin password" in answer.text
    assert SECRET not in answer.text


def test_a_host_that_is_away_leaves_nothing_half_done(cloud: Cloud, server: str) -> None:
    cloud.stop("h1")
    try:
        answer = cloud.client.act(server, "changePassword", {"adminPass": SECRET})
        shown = cloud.client.show(server)
    finally:
        cloud.start_host("h1")
        cloud.client.wait_for_hosts(1)
    assert answer.status_code == 503 and "does not answer now" in answer.text
    assert (shown["status"], shown["OS-EXT-STS:task_state"]) == ("ACTIVE", None)
    assert last_action(cloud, server)[::2] == ("changePassword", "Error")


def test_a_server_that_is_off_or_rescued_is_refused(cloud: Cloud, server: str) -> None:
    cloud.client.act(server, "os-stop")
    cloud.client.wait_status(server, "SHUTOFF")
    answer = cloud.client.act(server, "changePassword", {"adminPass": SECRET})
    assert answer.status_code == 409 and "Cannot 'changePassword'" in answer.text and "vm_state stopped" in answer.text
    cloud.client.act(server, "os-start")
    cloud.client.wait_status(server, "ACTIVE")


def test_what_a_boot_and_a_rebuild_answer_is_on_the_config_drive(cloud: Cloud, agents: str) -> None:
    body = {"name": "chosen", "imageRef": agents, "flavorRef": "42", "networks": "auto", "adminPass": SECRET}
    made = cloud.client.ask("POST", "/servers", {"server": body})["server"]
    server = made["id"]
    assert made["adminPass"] == SECRET
    cloud.client.wait_status(server, "ACTIVE")
    assert told(SECRET) in drive(cloud, server)
    again = cloud.client.act(server, "rebuild", {"imageRef": agents}).json()["server"]["adminPass"]
    cloud.client.wait_status(server, "ACTIVE")
    assert told(again) in drive(cloud, server) and SECRET.encode() not in drive(cloud, server)
    cloud.client.act(server, "rescue", {"adminPass": SECRET})
    cloud.client.wait_status(server, "RESCUE")
    assert told(SECRET) in drive(cloud, server, "disk.config.rescue") and told(again) in drive(cloud, server)
    assert written_down(cloud) == []
    cloud.client.ask("DELETE", f"/servers/{server}")
    cloud.client.wait_gone(server)


def test_a_repeated_boot_does_not_make_up_a_password(cloud: Cloud, agents: str) -> None:
    body = {"server": {"name": "once", "imageRef": agents, "flavorRef": "42", "networks": "auto"}}
    first, second = (
        cloud.client.request("POST", "/servers", body,
                             headers={"Idempotency-Key": "one"}).json()["server"] for _ in "ab"
    )
    assert first["id"] == second["id"] and "adminPass" not in second
    cloud.client.wait_status(first["id"], "ACTIVE")
    assert told(first["adminPass"]) in drive(cloud, first["id"])
    cloud.client.ask("DELETE", f"/servers/{first['id']}")
    cloud.client.wait_gone(first["id"])


def test_a_boot_that_another_host_has_to_do_takes_it_along(tmp_path: Path, image_file: Path) -> None:
    with Cloud(tmp_path, ("a",), "[scheduler]\nshuffle_best = 1\n") as cloud:
        cloud.start_host("b", "[fake]\nmemory_mb = 8192\n")  # the second best
        with cloud.failing("a", "spawn:no luck here"):
            server = cloud.client.boot(cloud.client.upload(image_file), adminPass=SECRET)
            assert cloud.client.wait_status(server, "ACTIVE")["OS-EXT-SRV-ATTR:host"] == "b"
        assert events_of_boot(cloud, server) == [("a", "Error"), ("b", "Success")]
        assert told(SECRET) in (tmp_path / "b/instances" / server / "disk.config").read_bytes()
        assert written_down(cloud) == []


def test_a_boot_that_is_taken_up_after_a_restart_says_that_its_password_is_lost(
    tmp_path: Path, image_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gate = tmp_path / "gates/create_disks.after"
    gate.parent.mkdir()
    with Cloud(tmp_path, more=f"[fake]\ngates = {gate.parent}\n") as cloud:
        gate.touch()
        image = cloud.client.upload(image_file)
        server = cloud.client.boot(image, adminPass=SECRET, config_drive=True)
        cloud.client.wait(gate.with_name(f"{gate.name}.{server}").exists, "the boot is on its way")
        cloud.services.pop("h1").kill()
        gate.unlink()
        cloud.client.wait(lambda: f"create of {server} is left for the next start" in caplog.text, "it is left")
        cloud.start_host("h1")
        cloud.client.wait_status(server, "ACTIVE")
        assert SECRET.encode() not in (tmp_path / "h1/instances" / server / "disk.config").read_bytes()
        assert sorted(events_of_boot(cloud, server)) == [("h1", "Error"), ("h1", "Success")]
        assert written_down(cloud) == []
        whole = cloud.client.boot_up(image, adminPass=SECRET, config_drive=True)
        assert events_of_boot(cloud, whole) == [("h1", "Success")]
