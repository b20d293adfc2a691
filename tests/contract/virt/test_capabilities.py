"""The obligations of ``nova_lite.virt.capabilities``, held by every driver that has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from nova_lite.core.ids import new_uuid
from nova_lite.objects.nic import Nic
from nova_lite.objects.states import PowerState
from nova_lite.virt import images
from nova_lite.virt.capabilities import (
    CapableDriver,
    Consoles,
    Interfaces,
    Interrupts,
    Measuring,
    Passwords,
    Rescue,
    Resizing,
    Snapshots,
    Suspension,
    need,
)
from nova_lite.virt.driver import DomainNotFound, DomainStateConflict, DriverUnsupported, GuestSpec, VirtError
from tests.builders.guests import a_flavor
from tests.contract.virt.lab import Lab, until
from tests.contract.virt.libvirt_lab import QemuLab, TestDriverLab

CLEAN = 20.0


def suspension(driver: CapableDriver) -> Suspension:
    return need(driver.capabilities.suspension, "suspend")


def interrupts(driver: CapableDriver) -> Interrupts:
    return need(driver.capabilities.interrupts, "interrupt")


def snapshots(driver: CapableDriver) -> Snapshots:
    return need(driver.capabilities.snapshots, "snapshot")


def resizing(driver: CapableDriver) -> Resizing:
    return need(driver.capabilities.resizing, "resize")


def rescue(driver: CapableDriver) -> Rescue:
    return need(driver.capabilities.rescue, "rescue")


def interfaces(driver: CapableDriver) -> Interfaces:
    return need(driver.capabilities.interfaces, "change interfaces")


def measuring(driver: CapableDriver) -> Measuring:
    return need(driver.capabilities.measuring, "measure guests")


def consoles(driver: CapableDriver) -> Consoles:
    return need(driver.capabilities.consoles, "open consoles")


def passwords(driver: CapableDriver) -> Passwords:
    return need(driver.capabilities.passwords, "set passwords")


VERBS: dict[str, Callable[[CapableDriver, GuestSpec, Path], object]] = {
    "suspend": lambda driver, spec, path: suspension(driver).suspend(spec.instance.uuid),
    "resume": lambda driver, spec, path: suspension(driver).resume(spec.instance.uuid),
    "interrupt": lambda driver, spec, path: interrupts(driver).interrupt(spec.instance.uuid),
    "snapshot": lambda driver, spec, path: snapshots(driver).snapshot(spec.instance.uuid, path),
    "resize": lambda driver, spec, path: resizing(driver).resize(spec, True, 0.0),
    "confirm": lambda driver, spec, path: resizing(driver).confirm(spec.instance.uuid),
    "revert": lambda driver, spec, path: resizing(driver).revert(spec, True),
    "rescue": lambda driver, spec, path: rescue(driver).rescue(spec, spec.image_path or path),
    "unrescue": lambda driver, spec, path: rescue(driver).unrescue(spec, True),
    "diagnostics": lambda driver, spec, path: measuring(driver).diagnostics(spec.instance.uuid),
    "attach": lambda driver, spec, path: interfaces(driver).attach(spec, spec.instance.nics[0]),
    "screen": lambda driver, spec, path: consoles(driver).open_console(spec.instance.uuid, "vnc"),
    "serial console": lambda driver, spec, path: consoles(driver).open_console(spec.instance.uuid, "serial"),
    "password": lambda driver, spec, path: passwords(driver).set_admin_password(spec.instance, "secret"),
    "detach": lambda driver, spec, path: interfaces(driver).detach(spec, spec.instance.nics[0]),
}


def boot(lab: Lab) -> GuestSpec:
    spec = lab.a_guest()
    lab.driver.create_disks(spec)
    lab.driver.spawn(spec)
    return spec


def larger(spec: GuestSpec, root_gb: int = 2) -> GuestSpec:
    return replace(spec, instance=replace(spec.instance, flavor=a_flavor(memory_mb=96, root_gb=root_gb)))


def boots(lab: Lab, uuid: str) -> int:
    return lab.driver.console_output(uuid, 100_000).count(b"login:")


@pytest.mark.parametrize("verb", VERBS)
def test_an_absent_domain_is_named(lab: Lab, verb: str, tmp_path: Path) -> None:
    spec = lab.a_guest()
    spec = replace(spec, instance=replace(spec.instance, uuid=new_uuid()))
    with pytest.raises(DomainNotFound, match=spec.instance.uuid):
        VERBS[verb](lab.driver, spec, tmp_path / "file")


def test_what_a_driver_cannot_do_is_said() -> None:
    with pytest.raises(DriverUnsupported, match="cannot juggle"):
        need(None, "juggle")


@pytest.mark.both_backends
def test_a_suspended_guest_goes_on_where_it_was(lab: Lab) -> None:
    uuid = boot(lab).instance.uuid
    lab.wait_until_up(uuid)
    for _ in range(2):
        suspension(lab.driver).suspend(uuid)
        assert lab.driver.power_state(uuid) == PowerState.SHUTDOWN
    for _ in range(2):
        suspension(lab.driver).resume(uuid)
        assert lab.driver.power_state(uuid) == PowerState.RUNNING
    if lab.has_console:
        assert boots(lab, uuid) == 1


def test_a_suspended_guest_that_is_rebooted_boots(lab: Lab) -> None:
    uuid = boot(lab).instance.uuid
    lab.wait_until_up(uuid)
    suspension(lab.driver).suspend(uuid)
    lab.driver.reboot(uuid, True, CLEAN)
    assert lab.driver.power_state(uuid) == PowerState.RUNNING
    if lab.has_console:
        until(lambda: boots(lab, uuid) == 2, "a second boot")


def test_a_guest_that_is_off_cannot_be_interrupted(lab: Lab) -> None:
    uuid = boot(lab).instance.uuid
    if lab.has_disks:
        interrupts(lab.driver).interrupt(uuid)
    lab.driver.power_off(uuid, 0)
    with pytest.raises((DomainStateConflict, DriverUnsupported), match=uuid):
        interrupts(lab.driver).interrupt(uuid)


@pytest.mark.parametrize("state", ["running", "paused", "suspended", "off"])
def test_a_snapshot_is_a_whole_image(lab: Lab, tmp_path: Path, state: str) -> None:
    if not lab.has_disks:
        return
    uuid = boot(lab).instance.uuid
    acts: dict[str, Callable[[], object]] = {
        "running": lambda: None, "paused": lambda: lab.driver.pause(uuid),
        "suspended": lambda: suspension(lab.driver).suspend(uuid), "off": lambda: lab.driver.power_off(uuid, 0),
    }
    acts[state]()
    before = lab.driver.power_state(uuid)
    for _ in range(2):
        snapshots(lab.driver).snapshot(uuid, tmp_path / "snapshot")
        facts = images.inspect(tmp_path / "snapshot")
        assert (facts.format, facts.size, facts.references) == ("qcow2", 1 << 30, "")
    assert lab.driver.power_state(uuid) == before


@pytest.mark.both_backends
def test_a_snapshot_boots(lab: Lab, tmp_path: Path) -> None:
    if not lab.has_disks:
        return
    first = boot(lab)
    snapshots(lab.driver).snapshot(first.instance.uuid, tmp_path / "snapshot")
    second = replace(first, instance=replace(first.instance, uuid=new_uuid()), image_path=tmp_path / "snapshot")
    lab.driver.create_disks(second)
    lab.driver.spawn(second)
    lab.wait_until_up(second.instance.uuid)


@pytest.mark.parametrize("running", [True, False])
def test_a_resized_guest_has_the_new_size_until_it_is_reverted(lab: Lab, running: bool) -> None:
    if not lab.has_disks:
        return
    spec = boot(lab)
    uuid = spec.instance.uuid
    wanted = PowerState.RUNNING if running else PowerState.SHUTDOWN
    for _ in range(2):
        resizing(lab.driver).resize(larger(spec), running, 0.0)
        assert (lab.memory_mb(uuid), lab.driver.power_state(uuid)) == (96, wanted)
    for _ in range(2):
        resizing(lab.driver).revert(spec, running)
        assert (lab.memory_mb(uuid), lab.driver.power_state(uuid)) == (64, wanted)
    resizing(lab.driver).confirm(uuid)
    lab.driver.reboot(uuid, True, 0.0)
    lab.wait_until_up(uuid)


def test_a_confirmed_resize_is_not_reverted(lab: Lab) -> None:
    if not lab.has_disks:
        return
    spec = boot(lab)
    resizing(lab.driver).resize(larger(spec), True, 0.0)
    for _ in range(2):
        resizing(lab.driver).confirm(spec.instance.uuid)
    resizing(lab.driver).revert(spec, True)
    assert lab.memory_mb(spec.instance.uuid) == 96


def test_a_disk_does_not_become_smaller(lab: Lab) -> None:
    if not lab.has_disks:
        return
    spec = boot(lab)
    resizing(lab.driver).resize(larger(spec), True, 0.0)
    resizing(lab.driver).confirm(spec.instance.uuid)
    with pytest.raises(VirtError, match="smaller"):
        resizing(lab.driver).resize(larger(spec, root_gb=1), True, 0.0)
    resizing(lab.driver).revert(larger(spec), True)
    assert lab.driver.power_state(spec.instance.uuid) == PowerState.RUNNING


@pytest.mark.both_backends
def test_a_rescued_guest_runs_from_another_disk_with_its_own_beside_it(lab: Lab) -> None:
    if not lab.has_disks:
        return
    spec = boot(lab)
    uuid = spec.instance.uuid
    assert spec.image_path is not None
    for _ in range(2):
        rescue(lab.driver).rescue(spec, spec.image_path)
        assert (lab.disks(uuid), lab.driver.power_state(uuid)) == (["rescue", "root"], PowerState.RUNNING)
    lab.driver.reboot(uuid, True, 0.0)
    assert lab.disks(uuid) == ["rescue", "root"]
    for running in (False, True):
        rescue(lab.driver).unrescue(spec, running)
        assert lab.disks(uuid) == ["root"]
        assert lab.driver.power_state(uuid) == (PowerState.RUNNING if running else PowerState.SHUTDOWN)
    lab.driver.destroy(uuid)
    assert lab.leftovers(uuid) == []


def with_cards(spec: GuestSpec, *cards: Nic) -> GuestSpec:
    return replace(spec, instance=replace(spec.instance, nics=(*spec.instance.nics, *cards)))


@pytest.mark.parametrize("state", ["running", "paused", "off"])
def test_a_card_is_there_at_once_and_after_a_reboot(lab: Lab, state: str) -> None:
    if not lab.has_disks:
        return
    spec, card = boot(lab), lab.a_card()
    uuid, before = spec.instance.uuid, lab.cards(spec.instance.uuid)
    if state == "paused":
        lab.driver.pause(uuid)
    elif state == "off":
        lab.driver.power_off(uuid, 0.0)
    for _ in range(2):
        interfaces(lab.driver).attach(with_cards(spec, card), card)
        assert lab.cards(uuid) == [*before, card.mac_address]
    lab.driver.reboot(uuid, True, 0.0)
    assert lab.cards(uuid) == [*before, card.mac_address]
    lab.driver.power_off(uuid, 0.0)
    for _ in range(2):
        interfaces(lab.driver).detach(spec, card)
        assert lab.cards(uuid) == before
    lab.driver.power_on(uuid)
    assert lab.cards(uuid) == before


def test_a_card_that_cannot_be_plugged_in_is_not_there(lab: Lab) -> None:
    if not lab.has_console:
        return
    spec, card = boot(lab), replace(lab.a_card(), bridge="no-such-bridge")
    if isinstance(lab, QemuLab):
        with pytest.raises(VirtError, match="no-such-bridge"):
            interfaces(lab.driver).attach(with_cards(spec, card), card)
    interfaces(lab.driver).detach(spec, card)
    assert card.mac_address not in lab.cards(spec.instance.uuid)
    lab.driver.reboot(spec.instance.uuid, True, 0.0)


@pytest.mark.both_backends
def test_a_guest_that_does_not_let_go_of_a_card_keeps_it(qemu_lab: QemuLab) -> None:
    spec, card = boot(qemu_lab), qemu_lab.a_card()
    interfaces(qemu_lab.driver).attach(with_cards(spec, card), card)
    with pytest.raises(VirtError, match=f"does not let go of its interface {card.mac_address}"):
        interfaces(qemu_lab.driver).detach(spec, card)
    assert card.mac_address in qemu_lab.cards(spec.instance.uuid)
    qemu_lab.driver.reboot(spec.instance.uuid, True, 0.0)
    assert card.mac_address in qemu_lab.cards(spec.instance.uuid)


def test_a_running_guest_is_measured(lab: Lab) -> None:
    spec = boot(lab)
    instance = spec.instance

    def times() -> list[int]:
        return [cpu.time_ns or 0 for cpu in measuring(lab.driver).diagnostics(instance.uuid).cpus]

    until(lambda: all(times()), "it has run")  # libvirt counts in hundredths of a second
    found = measuring(lab.driver).diagnostics(instance.uuid)
    assert found.memory_kib == instance.flavor.memory_mb << 10
    assert [cpu.number for cpu in found.cpus] == list(range(instance.flavor.vcpus))
    if not isinstance(lab, TestDriverLab):  # whose disks are nobody's
        assert [disk.device for disk in found.disks] == ["vda"]
        assert all(disk.read_bytes is not None for disk in found.disks)
    assert times() >= [cpu.time_ns or 0 for cpu in found.cpus]


def test_a_guest_that_is_off_uses_nothing(lab: Lab) -> None:
    spec = boot(lab)
    lab.driver.power_off(spec.instance.uuid, 0.0)
    with pytest.raises(DomainStateConflict):
        measuring(lab.driver).diagnostics(spec.instance.uuid)
