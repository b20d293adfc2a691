"""What a cloud tells of itself, read from its spool."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nova_lite.core.context import system_context
from nova_lite.core.errors import Forbidden
from nova_lite.db.reads import notices
from nova_lite.db.session import Database
from nova_lite.objects.states import PowerState
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from tests.builders.notifications import spooled, unpaired
from tests.functional.whole.cloud import Cloud

SPOOL = "[notifications]\ndriver = spool\nspool_path = {spool}\ninterval = 0.05\n"


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, spool: Path) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("cloud"), more=SPOOL.format(spool=spool)) as running:
        yield running


def told(cloud: Cloud, spool: Path, *events: str, about: str = "") -> list[dict[str, Any]]:
    """Wait for these events about something, in this order and no others; their messages."""
    def found() -> list[dict[str, Any]]:
        return [message for message in spooled(spool) if about in str(message["payload"])]

    cloud.client.wait(lambda: [message["event_type"] for message in found()] == list(events), f"told of {events}")
    return found()


def test_a_servers_life_is_told_in_pairs_with_whole_messages(cloud: Cloud, image: str, spool: Path) -> None:
    client = cloud.client
    server = client.boot_up(image, name="told", metadata={"colour": "red"}, user_data="c2VjcmV0")
    client.act(server, "os-stop")
    client.wait_status(server, "SHUTOFF")
    client.ask("DELETE", f"/servers/{server}")
    messages = told(
        cloud, spool, "instance.create.start", "instance.create.end", "instance.power_off.start",
        "instance.power_off.end", "instance.delete.start", "instance.delete.end", about=server,
    )
    assert unpaired(messages) == []
    start, end = messages[0]["payload"]["instance"], messages[1]["payload"]["instance"]
    assert (start["vm_state"], start["task_state"], start["host"], start["launched_at"]) == (
        "building", "scheduling", None, None
    )
    assert (end["vm_state"], end["task_state"], end["host"], end["power_state"]) == ("active", None, "h1", "running")
    assert end["metadata"] == {"colour": "red"} and end["flavor"]["flavorid"] == "42" and end["image"]["id"] == image
    assert end["nics"] and end["launched_at"] and end["deleted_at"] is None
    assert messages[-1]["payload"]["instance"]["deleted_at"] and messages[-1]["payload"]["instance"]["terminated_at"]
    assert "c2VjcmV0" not in str(messages)
    request = client.ask("GET", f"/servers/{server}/os-instance-actions")["instanceActions"][-1]["request_id"]
    for message in messages[:2]:
        assert message["_context_request_id"] == request == message["payload"]["operation"]["request_id"]
        assert message["_context_project_id"] == client.project_id
        assert (message["priority"], message["publisher_id"]) == ("INFO", "conductor.control")


def test_what_cannot_be_done_is_told_as_an_error(cloud: Cloud, image: str, spool: Path) -> None:
    huge = {"name": "huge", "ram": 64, "vcpus": 1, "disk": 10**6}
    flavor = cloud.client.ask("POST", "/flavors", {"flavor": huge})["flavor"]["id"]
    server = cloud.client.boot(image, name="too big", flavor=flavor)
    cloud.client.wait_status(server, "ERROR")
    error = told(cloud, spool, "instance.create.start", "instance.create.error", about=server)[-1]
    assert error["priority"] == "ERROR" and error["payload"]["operation"]["state"] == "failed"
    assert "No valid host" in error["payload"]["operation"]["message"]
    assert error["payload"]["instance"]["fault"]["message"] == error["payload"]["operation"]["message"]
    cloud.client.ask("DELETE", f"/servers/{server}")


def test_what_a_guest_does_by_itself_is_told(cloud: Cloud, image: str, spool: Path) -> None:
    server = cloud.client.boot_up(image, name="free")
    conductor = cloud.bus("nova-compute@h1").proxy(Conductor)
    conductor.power_state_changed(system_context(), "h1", server, PowerState.SHUTDOWN, 4e9)
    cloud.client.wait(
        lambda: any(found["event_type"] == "instance.update" for found in spooled(spool)), "the update is told"
    )
    update = next(found for found in spooled(spool) if found["event_type"] == "instance.update")["payload"]
    assert (update["instance"]["uuid"], update["instance"]["vm_state"]) == (server, "stopped")
    assert update["reason"] == "the guest is shutdown"
    cloud.client.ask("DELETE", f"/servers/{server}")


def test_what_clients_change_is_told_without_secrets(cloud: Cloud, spool: Path) -> None:
    made = cloud.client.ask(
        "POST", "/flavors", {"flavor": {"name": "told", "ram": 64, "vcpus": 1, "disk": 1}}
    )["flavor"]
    cloud.client.ask("POST", f"/flavors/{made['id']}/os-extra_specs", {"extra_specs": {"hw:cpu_policy": "shared"}})
    cloud.client.ask("DELETE", f"/flavors/{made['id']}")
    create, specs, delete = told(
        cloud, spool, "flavor.create", "flavor.extra_specs.create", "flavor.delete", about=made["id"]
    )
    assert create["payload"]["resource"]["flavor"]["name"] == "told"
    assert create["payload"]["service"] == "compute" and create["publisher_id"] == "api.control"
    assert specs["payload"]["names"] == delete["payload"]["names"] == {"flavor_id": made["id"]}
    answer = cloud.client.session.post(
        f"{cloud.client.url}/identity/v3/users", json={"user": {"name": "told", "password": "a b c d e f"}}, timeout=60
    )
    user = answer.json()["user"]["id"]
    found = told(cloud, spool, "user.create", about=user)
    assert "a b c d e f" not in str(found)


def test_nothing_is_told_of_a_request_that_was_refused(cloud: Cloud, spool: Path) -> None:
    name = "refused flavor"
    assert cloud.client.request("POST", "/flavors", {"flavor": {"name": name, "ram": -1}}).status_code == 400
    made = cloud.client.ask("POST", "/flavors", {"flavor": {"name": "after", "ram": 64, "vcpus": 1, "disk": 1}})
    told(cloud, spool, "flavor.create", about=made["flavor"]["id"])
    assert name not in str(spooled(spool))


def test_a_refused_message_is_told_with_its_offender(cloud: Cloud, spool: Path) -> None:
    foreign = cloud.bus("nova-compute@elsewhere")
    with pytest.raises(Forbidden):
        foreign.proxy(Compute, host="h1").console_output(system_context(), "no such guest", 1)
    cloud.client.wait(lambda: any(m["event_type"] == "rpc.refused" for m in spooled(spool)), "the refusal is told")
    refusal = next(found for found in spooled(spool) if found["event_type"] == "rpc.refused")
    assert refusal["priority"] == "ERROR" and refusal["publisher_id"] == "compute.h1"
    payload = refusal["payload"]
    assert (payload["offender"], payload["method"], payload["reason"]) == (
        "nova-compute@elsewhere", "console_output", "forbidden"
    )


def test_every_operation_was_told_and_nothing_is_left_to_tell(cloud: Cloud, spool: Path) -> None:
    database = Database(f"sqlite:///{cloud.directory}/db.sqlite")

    def left() -> int:
        with database.read() as tx:
            return len(notices.untold(tx, 10))

    cloud.client.wait(lambda: left() == 0, "all is told")
    database.close()
    cloud.client.wait(lambda: unpaired(spooled(spool)) == [], "all is paired")
