"""Every message of a cloud, played again to every server that it is addressed to, changes nothing (docs/adr/0018)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nova_lite.cmd import daemon
from nova_lite.core.context import system_context
from nova_lite.core.errors import NotFound, NovaLiteError
from nova_lite.objects.states import PowerState
from nova_lite.rpc.interface import interface_of
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.rpcapi.scheduler import Scheduler
from tests.functional.whole.wiretap import Copy, TappedCloud

EVERY = {
    f"{found.name}.{method}" for found in (interface_of(Conductor), interface_of(Scheduler), interface_of(Compute))
    for method in found.methods
}
STRANGER = "0f0f0f0f-0000-4000-8000-00000000abcd"


@pytest.fixture
def gates(tmp_path: Path) -> Path:
    """Where hypervisors are held: see ``nova_lite.virt.fake.gates``."""
    (tmp_path / "gates").mkdir()
    return tmp_path / "gates"


@pytest.fixture
def cloud(tmp_path: Path, gates: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TappedCloud]:
    monkeypatch.setattr(daemon, "HEARTBEAT", 3600.0)  # one sign of life, at the start: then the records rest
    more = f"lease_interval = 0.5\n[fake]\ngates = {gates}\n[conductor]\nlease = 3600\nreaper_interval = 3600\n"
    with TappedCloud(tmp_path, ("a", "b"), more) as running:
        yield running
        for gate in list(gates.iterdir()):
            gate.unlink(missing_ok=True)


def test_what_is_played_again_changes_nothing(cloud: TappedCloud, gates: Path, image_file: Path) -> None:
    image = cloud.client.upload(image_file, hw_qemu_guest_agent="yes")
    server = _a_busy_day(cloud, image)
    _come_to_rest(cloud, gates)
    assert {copy.method for copy in cloud.wire.copies} >= EVERY
    assert _played_again(cloud) >= EVERY
    _die_at_the_point_of_no_return(cloud, gates, server)
    _played_again(cloud)


def _a_busy_day(cloud: TappedCloud, image: str) -> str:
    """Everything that there is a message for; a server on host a."""
    client = cloud.client
    server = client.boot_up(image, availability_zone="nova:a")
    _find_it_off(cloud, server)
    assert client.act(server, "os-start").status_code == 202
    client.wait_status(server, "ACTIVE")
    client.ask("POST", f"/servers/{server}/action", {"os-getConsoleOutput": {}})
    client.ask("POST", f"/servers/{server}/action", {"changePassword": {"adminPass": "another one"}})
    client.wait_status(server, "ACTIVE")
    client.ask("GET", f"/servers/{server}/diagnostics")
    client.request(
        "POST", f"/servers/{server}/remote-consoles", {"remote_console": {"protocol": "vnc", "type": "novnc"}}
    )
    doomed = client.boot(image, availability_zone="nova:nowhere")
    client.wait_status(doomed, "ERROR")
    assert client.act(server, "migrate", {"host": "b"}).status_code == 202
    client.wait_status(server, "VERIFY_RESIZE")
    assert client.act(server, "revertResize").status_code == 202
    client.wait_status(server, "ACTIVE")
    as_conductor = cloud.bus("nova-conductor@second").proxy(Compute, host="a")
    with pytest.raises(NotFound):
        as_conductor.console_address(system_context(), f"{server}.no-token")
    as_conductor.guests_found(system_context())
    as_conductor.compare_guests(system_context())
    as_conductor.destroy_strays(system_context(), [STRANGER])
    return server


def _find_it_off(cloud: TappedCloud, server: str) -> None:
    """The guest goes off while its host's compute is away."""
    cloud.stop("a")
    domain = cloud.directory / "a/instances" / f"{server}.json"
    found = json.loads(domain.read_text())
    domain.write_text(json.dumps({**found, "power_state": int(PowerState.SHUTDOWN)}))
    cloud.start_host("a")
    cloud.client.wait_status(server, "SHUTOFF")


def _come_to_rest(cloud: TappedCloud, gates: Path) -> None:
    """Both hosts fall silent: from now on nothing changes by itself."""
    _wait_for(cloud, lambda copies: {copy.request.sender for copy in copies if copy.method == "conductor.report_host"}
              == {"nova-compute@a", "nova-compute@b"})
    (gates / "facts.before").touch()
    cloud.client.wait(lambda: (gates / "facts.before.").exists(), "reports are held")
    _see_it_rest(cloud)


def _see_it_rest(cloud: TappedCloud) -> None:
    quiet: list[list[str]] = [[]]

    def rests() -> bool:
        quiet.append(cloud.state())
        return len(quiet) > 25 and len({tuple(state) for state in quiet[-25:]}) == 1

    cloud.client.wait(rests, "the records rest")


def _die_at_the_point_of_no_return(cloud: TappedCloud, gates: Path, server: str) -> None:
    """Shelving has told its steps and is about to destroy the guest."""
    for step in ("snapshot", "destroy"):
        (gates / f"{step}.before").touch()
    assert cloud.client.act(server, "shelve").status_code == 202
    for step in ("snapshot", "destroy"):
        cloud.client.wait(lambda step=step: (gates / f"{step}.before.{server}").exists(), step)  # type: ignore[misc]
        told = len(cloud.wire.copies)
        _wait_for(cloud, lambda copies, told=told: "conductor.renew_leases" in {  # type: ignore[misc]
            copy.method for copy in copies[told:]})
        if step == "snapshot":
            (gates / "snapshot.before").unlink()
    cloud.services.pop("a").kill()
    _see_it_rest(cloud)
    assert "destroy" in str([row for row in cloud.state() if row.startswith("operations:")])


def _wait_for(cloud: TappedCloud, heard: Callable[[list[Copy]], bool]) -> None:
    cloud.client.wait(lambda: heard(cloud.wire.copies), "it was heard on the wire")


def _played_again(cloud: TappedCloud) -> set[str]:
    """The methods that were executed again; nothing was refused, and nothing is other than before."""
    ran: set[str] = set()
    refused: list[NovaLiteError] = []
    copies, before = list(cloud.wire.copies), cloud.state()
    for ear in cloud.wire.ears:
        ear.watch(ran, refused)
        for copy in filter(ear.is_addressed_by, copies):
            for redelivered in (False, True):
                ear.forget()
                ear.play(copy, redelivered)
                assert cloud.state() == before, f"{copy.method} of {copy.request.sender}, redelivered {redelivered}"
    assert refused == []
    return ran
