"""What libvirt's driver owes beyond the common contract."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from nova_lite.core.clock import SystemClock
from nova_lite.core.ids import new_uuid
from nova_lite.objects.states import PowerState
from nova_lite.virt.capabilities import need
from nova_lite.virt.driver import DomainNotFound, GuestSpec, HypervisorUnavailable, ImageUnacceptable, VirtError
from nova_lite.virt.libvirt import kvm
from nova_lite.virt.libvirt.driver import LibvirtDriver
from nova_lite.virt.libvirt.settings import LibvirtSettings
from stack.servers import Libvirt
from tests.builders.guests import a_spec, an_instance, qcow2_header
from tests.contract.virt.lab import until
from tests.contract.virt.libvirt_lab import LibvirtLab, QemuLab
from tests.contract.virt.tiny_guest import LINES

ROOT = Path(__file__).parents[3]


def test_domains_of_others_are_neither_seen_nor_touched(libvirt_lab: LibvirtLab) -> None:
    uuid = new_uuid()
    libvirt_lab.define_foreign(uuid, f"instance-{uuid}")
    try:
        assert libvirt_lab.driver.list_domains() == []
        with pytest.raises(DomainNotFound):
            libvirt_lab.driver.power_on(uuid)
        with pytest.raises(VirtError, match="another owner"):
            libvirt_lab.driver.spawn(a_spec(an_instance(uuid)))
        libvirt_lab.driver.destroy(uuid)
        assert libvirt_lab.leftovers(uuid) == [f"instance-{uuid}"]
    finally:
        libvirt_lab.remove_foreign(uuid)


def test_a_host_without_libvirt_says_what_was_tried(tmp_path: Path) -> None:
    with pytest.raises(HypervisorUnavailable, match=r"no libvirt at qemu\+unix.*no-such-socket"):
        LibvirtLab(f"qemu+unix:///system?socket={tmp_path}/no-such-socket", tmp_path)


ABSENT = """
import sys
from collections.abc import Iterator
from pathlib import Path
from nova_lite.core import concurrency
concurrency.patch("eventlet")
from nova_lite.core.clock import SystemClock
from nova_lite.core.ids import new_uuid
from nova_lite.virt.driver import HypervisorUnavailable
from nova_lite.virt.libvirt.driver import LibvirtDriver
from nova_lite.virt.libvirt.settings import LibvirtSettings
uri = f"qemu+unix:///system?socket={sys.argv[1]}/none"
settings = LibvirtSettings(instances_path=Path(sys.argv[1]), uri=uri, virt_type="qemu")
driver = LibvirtDriver(settings, new_uuid(), SystemClock())
try:
    driver.setup(lambda event: None)
except HypervisorUnavailable:
    concurrency.sleep(0)
    print("unavailable")
"""


def test_under_green_threads_a_libvirt_that_is_not_there_is_an_error_and_no_trace(tmp_path: Path) -> None:
    """A trace at each try filled the pipe to the supervisor, and the compute stood still."""
    command = [sys.executable, "-c", ABSENT, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (0, "unavailable\n"), done.stderr
    assert "Traceback" not in done.stderr


def test_a_libvirt_that_accepts_and_says_nothing_is_given_up_in_words(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(str(tmp_path / "sock"))
        frozen.listen()
        uri = f"qemu+unix:///system?socket={tmp_path}/sock"
        settings = LibvirtSettings(instances_path=tmp_path / "instances", uri=uri, virt_type="qemu", patience=1.0)
        driver = LibvirtDriver(settings, new_uuid(), SystemClock())
        for _ in range(2):
            with pytest.raises(HypervisorUnavailable, match=r"libvirt at qemu\+unix.*sock has not answered for 1 s"):
                driver.setup(lambda event: None)
    driver.close()


def test_an_image_that_only_looks_like_one_is_refused_by_qemu(qemu_lab: QemuLab) -> None:
    spec = a_spec(image_path=qemu_lab.write_image("header-only", qcow2_header()))
    with pytest.raises(ImageUnacceptable, match="cannot be read as qcow2") as caught:
        qemu_lab.driver.create_disks(spec)
    assert str(qemu_lab.directory) not in caught.value.message


def test_a_config_drive_belongs_to_the_instance_and_goes_with_it(qemu_lab: QemuLab) -> None:
    drive = qemu_lab.write_image("drive.iso", b"config".ljust(2048, b"\0"))
    spec = msgspec.structs.replace(qemu_lab.a_guest(), config_drive=drive)
    qemu_lab.driver.create_disks(spec)
    drive.unlink()
    qemu_lab.driver.spawn(spec)
    qemu_lab.wait_until_up(spec.instance.uuid)
    qemu_lab.driver.destroy(spec.instance.uuid)
    assert qemu_lab.leftovers(spec.instance.uuid) == []


@pytest.mark.both_backends
def test_a_restart_of_libvirtd_is_survived(qemu_lab: QemuLab, libvirt_server: Libvirt) -> None:
    spec = qemu_lab.a_guest()
    uuid = spec.instance.uuid
    qemu_lab.driver.create_disks(spec)
    qemu_lab.driver.spawn(spec)
    qemu_lab.wait_until_up(uuid)
    process = int((libvirt_server.data_dir / f"run/qemu/{spec.instance.name}.pid").read_text(encoding="ascii"))
    libvirt_server.kill()
    try:
        with pytest.raises(HypervisorUnavailable):
            qemu_lab.driver.power_state(uuid)
        os.kill(process, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{process}").exists(), "the guest's process has gone")
    finally:
        libvirt_server.start()
    # Nobody asks: the driver finds out by itself and tells what happened while nobody listened.
    qemu_lab.events.wait(uuid, PowerState.SHUTDOWN)
    qemu_lab.driver.power_on(uuid)
    qemu_lab.events.wait(uuid, PowerState.RUNNING)


@pytest.mark.parametrize("backend", ["eventlet", "threading"])
def test_other_tasks_run_while_libvirt_works(qemu_lab: QemuLab, backend: str) -> None:
    image = qemu_lab.a_guest().image_path
    program = [sys.executable, "-W", "ignore", "-m", "tests.contract.virt.hub_probe"]
    command = [*program, qemu_lab.uri, str(qemu_lab.directory), str(image)]
    reports = []
    for _ in range(5):  # a machine that stands still for a moment has all tasks stand still: not each time
        probe = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "NOVA_LITE_CONCURRENCY": backend}, capture_output=True, text=True,
            check=False, timeout=300,
        )
        assert probe.returncode == 0, probe.stderr
        reports.append(json.loads(probe.stdout))
        assert reports[-1]["backend"] == backend
        assert reports[-1]["events"] == ["RUNNING", "PAUSED", "RUNNING", "SHUTDOWN"]
        if reports[-1]["ticks"]["spawn"] >= 5 and reports[-1]["ticks"]["destroy"] >= 3:
            return
    raise AssertionError(f"other tasks do not run: {reports}")


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """This process may read what anybody may."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.both_backends
def test_a_log_that_was_rolled_over_is_read_without_being_root(
    qemu_lab: QemuLab, request: pytest.FixtureRequest
) -> None:
    """The log daemon makes the new file for root alone: from then on this was an error."""
    spec = qemu_lab.a_talkative_guest()
    uuid = spec.instance.uuid
    qemu_lab.driver.create_disks(spec)
    qemu_lab.driver.spawn(spec)
    qemu_lab.wait_until_up(uuid)
    said = qemu_lab.driver.console_output(uuid, 100_000)
    log = qemu_lab.directory / "instances" / uuid / "console.log"
    assert log.with_name("console.log.1").exists() and log.stat().st_mode & 0o077 == 0
    request.getfixturevalue("unprivileged")
    assert qemu_lab.driver.console_output(uuid, 100_000) == said
    assert qemu_lab.driver.console_output(uuid, 7) == said[-7:]
    # What the daemon took in small pieces it also rolls over in the middle of a line: the first may be a part of one.
    part, *numbers, greeting = said.decode().split()
    assert greeting == "login:" and len(numbers) > LINES // 4
    assert numbers == [f"{number:08x}" for number in range(LINES - len(numbers), LINES)]
    assert f"{LINES - len(numbers) - 1:08x}".endswith(part)
    assert [pool.name() for pool in qemu_lab.other_connection.listAllStoragePools()] == []


def test_the_hypervisors_own_view_agrees(qemu_lab: QemuLab) -> None:
    spec = qemu_lab.a_guest()
    qemu_lab.driver.create_disks(spec)
    qemu_lab.driver.spawn(spec)
    domain = qemu_lab.other_connection.lookupByUUIDString(spec.instance.uuid)
    assert domain.name() == spec.instance.name
    qemu_lab.driver.pause(spec.instance.uuid)
    until(lambda: domain.state()[0] == 3, "libvirt says paused")


def test_the_self_tests_guest_speaks_where_guests_can_run() -> None:
    assert kvm.probe("qemu-system-x86_64", 30.0, accelerator="tcg") == ""


def test_a_rescued_guest_has_the_config_drive_of_its_rescue(qemu_lab: QemuLab) -> None:
    spec = replace(qemu_lab.a_guest(), config_drive=qemu_lab.write_image("drive", bytes(1 << 16)))
    assert spec.image_path is not None
    qemu_lab.driver.create_disks(spec)
    qemu_lab.driver.spawn(spec)
    own = qemu_lab.settings.instances_path / spec.instance.uuid / "disk.config"
    others = own.with_name("disk.config.rescue")
    others.write_bytes(bytes(1 << 16))
    can = need(qemu_lab.driver.capabilities.rescue, "rescue")
    assert drives(qemu_lab, spec) == [str(own)]
    can.rescue(spec, spec.image_path)
    assert drives(qemu_lab, spec) == [str(others)]
    can.unrescue(spec, True)
    assert drives(qemu_lab, spec) == [str(own)] and not others.exists()


def drives(lab: QemuLab, spec: GuestSpec) -> list[str]:
    """The files of the guest's config drives."""
    xml = ET.fromstring(lab.other_connection.lookupByUUIDString(spec.instance.uuid).XMLDesc())
    return [source.attrib["file"] for source in xml.findall("devices/disk/source") if "config" in source.attrib["file"]]
