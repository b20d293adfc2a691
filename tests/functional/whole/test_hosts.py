"""Hosts that come back, go down, or are not who they say they are."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

import pytest

from nova_lite.cmd import daemon
from nova_lite.core.context import RequestContext, system_context
from nova_lite.core.errors import Conflict, Unavailable
from nova_lite.objects.host import GuestsFound
from nova_lite.rpc import call, interface
from nova_lite.rpc.errors import CannotSend
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from tests.clients.cloud import PATIENCE
from tests.functional.whole.cloud import Cloud

pytestmark = pytest.mark.promise(1)


def force_down(cloud: Cloud, host: str, down: bool) -> None:
    services = cloud.client.ask("GET", f"/os-services?binary=nova-compute&host={host}")["services"]
    cloud.client.ask("PUT", f"/os-services/{services[0]['id']}", {"forced_down": down})


@pytest.mark.promise(5)
def test_a_host_under_another_name_refuses_to_work_and_destroys_nothing(tmp_path: Path, image_file: Path) -> None:
    with Cloud(tmp_path) as cloud:
        client = cloud.client
        server = client.boot_up(client.upload(image_file))
        cloud.stop("h1")
        shutil.copytree(tmp_path / "h1", tmp_path / "renamed")
        cloud.start_host("renamed")
        renamed = cloud.services["renamed"]
        assert renamed.wait(PATIENCE), "it still works"
        assert isinstance(renamed.failure, Conflict) and "is known as h1" in str(renamed.failure)
        assert set(cloud.guests("renamed")) == {server}
        cloud.stop("renamed")
        cloud.start_host("h1")
        client.wait(lambda: client.act(server, "pause").status_code == 202, "h1 works again")
        client.wait_status(server, "PAUSED")


@pytest.mark.promise(5)
def test_guests_of_which_there_is_no_record_are_left_alone(tmp_path: Path, image_file: Path) -> None:
    stranger = "0f0f0f0f-0000-4000-8000-00000000abcd"
    with Cloud(tmp_path) as cloud:
        client = cloud.client
        server = client.boot_up(client.upload(image_file))
        cloud.stop("h1")
        guests = tmp_path / "h1/instances"
        (guests / f"{stranger}.json").write_text((guests / f"{server}.json").read_text().replace(server, stranger))
        cloud.start_host("h1")
        assert client.act(server, "reboot", {"type": "HARD"}).status_code == 202
        client.wait_status(server, "ACTIVE")
        assert set(cloud.guests("h1")) == {server, stranger}


@pytest.mark.promise(5)
def test_a_database_that_knows_nothing_of_a_hosts_guests_destroys_none(tmp_path: Path, image_file: Path) -> None:
    for name in ("before", "lost"):
        (tmp_path / name).mkdir()
    with Cloud(tmp_path / "before") as cloud:
        server = cloud.client.boot_up(cloud.client.upload(image_file))
    with Cloud(tmp_path / "lost", hosts=()) as cloud:
        shutil.copytree(tmp_path / "before/h1", tmp_path / "lost/h1")
        cloud.start_host("h1")
        cloud.client.wait_for_hosts(1)
        compute = cloud.bus("nova-conductor@asking").proxy(Compute, host="h1")
        compute.compare_guests(system_context())
        assert compute.destroy_strays(system_context(), [server]) == []
        assert set(cloud.guests("h1")) == {server}


@pytest.mark.promise(5)
def test_a_host_whose_conductor_does_not_answer_destroys_nothing_and_goes_on_when_it_does(
    tmp_path: Path, image_file: Path
) -> None:
    with Cloud(tmp_path) as cloud:
        client = cloud.client
        server = client.boot_up(client.upload(image_file))
        cloud.stop("h1")
        cloud.stop("conductor")
        cloud.start_host("h1")
        compute = cloud.bus("nova-conductor@asking").proxy(Compute, host="h1")
        compute.compare_guests(system_context())
        with pytest.raises(Unavailable):
            compute.destroy_strays(system_context(), [server])
        assert set(cloud.guests("h1")) == {server}
        cloud.start_conductor()
        assert client.act(server, "pause").status_code == 202
        client.wait_status(server, "PAUSED")


def test_a_delete_on_a_host_that_is_down_ends_and_the_guest_goes_when_it_is_back(
    tmp_path: Path, image_file: Path
) -> None:
    with Cloud(tmp_path) as cloud:
        client = cloud.client
        server = client.boot_up(client.upload(image_file))
        cloud.stop("h1")
        force_down(cloud, "h1", True)
        client.ask("DELETE", f"/servers/{server}")
        client.wait_gone(server)
        assert set(cloud.guests("h1")) == {server}
        cloud.start_host("h1")
        client.wait(lambda: cloud.guests("h1") == {}, "the guest is gone")


@pytest.mark.parametrize("action", ["pause", "os-stop"])
def test_an_action_on_a_host_that_does_not_answer_is_done_when_it_is_back(
    tmp_path: Path, image_file: Path, action: str
) -> None:
    with Cloud(tmp_path) as cloud:
        client = cloud.client
        server = client.boot_up(client.upload(image_file))
        cloud.stop("h1")
        assert client.act(server, action).status_code == 202
        cloud.start_host("h1")
        client.wait_status(server, {"pause": "PAUSED", "os-stop": "SHUTOFF"}[action])


@interface(topic="compute", version="1.9")
class NextCompute(Protocol):
    """What a compute of the next release could be asked."""

    @call(timeout=10.0)
    def guests_found(self, context: RequestContext) -> GuestsFound: ...

    @call(timeout=10.0, since="1.9")
    def news(self, context: RequestContext) -> str: ...


def test_who_is_upgraded_first_speaks_what_the_others_understand(tmp_path: Path) -> None:
    with Cloud(tmp_path) as cloud:
        bus = cloud.bus("nova-conductor@next")
        conductor = bus.proxy(Conductor)

        def told() -> dict[str, str]:
            lowest = conductor.service_versions(system_context())
            # Those of one host beside them tell of envelopes only.
            return {topic: one[topic] for topic, one in lowest.items() if topic in one}

        wanted = {"compute": "1.0", "conductor": "1.0", "scheduler": "1.0"}  # each once it has given a sign of life
        cloud.client.wait(lambda: told() == wanted, lambda: f"{wanted}: {told()}")
        daemon.levels(bus, conductor)()
        compute = bus.proxy(NextCompute, host="h1")
        assert compute.guests_found(system_context()) == GuestsFound()
        with pytest.raises(CannotSend, match=r"compute\.news is since 1\.9, the receiver speaks 1\.0"):
            compute.news(system_context())


def test_a_boot_waits_for_hosts_that_have_all_fallen_silent_at_once(tmp_path: Path, image_file: Path) -> None:
    with Cloud(tmp_path, more="report_interval = 8\n", down_after=3) as cloud:
        client = cloud.client
        image = client.upload(image_file)
        client.wait(lambda: _state(cloud, "h1") == "down", "nobody has heard of h1")
        client.boot_up(image)


def _state(cloud: Cloud, host: str) -> str:
    (service,) = cloud.client.ask("GET", f"/os-services?binary=nova-compute&host={host}")["services"]
    return str(service["state"])
