"""The obligations of ``nova_lite.virt.driver.VirtDriver``, held by every implementation."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from nova_lite.core.ids import new_uuid
from nova_lite.objects.states import PowerState
from nova_lite.virt.driver import (
    DomainNotFound,
    DomainStateConflict,
    ImageUnacceptable,
    VirtDriver,
    VirtError,
)
from tests.builders.guests import a_flavor, a_spec, an_image, an_instance, qcow2_header
from tests.contract.virt.lab import Lab, until

CLEAN = 60.0  # seconds that an obedient guest may take; it takes far fewer
SOON = 60.0  # seconds within which a guest's own power-off must be known, on a busy machine: nobody asks

VERBS: dict[str, Callable[[VirtDriver, str], object]] = {
    "power_state": lambda driver, uuid: driver.power_state(uuid),
    "pause": lambda driver, uuid: driver.pause(uuid),
    "unpause": lambda driver, uuid: driver.unpause(uuid),
    "power_off": lambda driver, uuid: driver.power_off(uuid, CLEAN),
    "power_on": lambda driver, uuid: driver.power_on(uuid),
    "soft reboot": lambda driver, uuid: driver.reboot(uuid, False, CLEAN),
    "hard reboot": lambda driver, uuid: driver.reboot(uuid, True, CLEAN),
    "console_output": lambda driver, uuid: driver.console_output(uuid, 100),
}

def boot(lab: Lab, deaf: bool = False) -> str:
    spec = lab.a_guest(deaf)
    lab.driver.create_disks(spec)
    lab.driver.spawn(spec)
    return spec.instance.uuid

def listed(lab: Lab) -> dict[str, PowerState]:
    return {domain.uuid: domain.power_state for domain in lab.driver.list_domains()}

def test_facts_name_the_hypervisor_and_what_it_has(lab: Lab) -> None:
    facts = lab.driver.facts()
    assert facts.hypervisor_type
    assert facts.hypervisor_hostname
    assert facts.hypervisor_version > 0
    assert facts.inventory.vcpus >= 1
    assert facts.inventory.memory_mb >= 1024
    assert facts.inventory.disk_gb >= 1

@pytest.mark.both_backends
def test_a_spawned_guest_runs_and_is_listed_once(lab: Lab) -> None:
    uuid = boot(lab)
    assert lab.driver.power_state(uuid) == PowerState.RUNNING
    assert listed(lab) == {uuid: PowerState.RUNNING}
    lab.events.wait(uuid, PowerState.RUNNING)

def test_create_disks_and_spawn_may_be_repeated(lab: Lab) -> None:
    spec = lab.a_guest()
    for _ in range(2):
        lab.driver.create_disks(spec)
        lab.driver.spawn(spec)
    assert listed(lab) == {spec.instance.uuid: PowerState.RUNNING}

def test_a_destroyed_guest_leaves_nothing(lab: Lab) -> None:
    uuid = boot(lab)
    for _ in range(2):
        lab.driver.destroy(uuid)
    assert listed(lab) == {}
    assert lab.leftovers(uuid) == []
    with pytest.raises(DomainNotFound):
        lab.driver.power_state(uuid)

def test_disks_without_a_domain_are_destroyed_too(lab: Lab) -> None:
    spec = lab.a_guest()
    lab.driver.create_disks(spec)
    assert listed(lab) == {}
    lab.driver.destroy(spec.instance.uuid)
    assert lab.leftovers(spec.instance.uuid) == []

@pytest.mark.parametrize("verb", VERBS)
def test_an_absent_domain_is_named(lab: Lab, verb: str) -> None:
    uuid = new_uuid()
    with pytest.raises(DomainNotFound, match=uuid):
        VERBS[verb](lab.driver, uuid)

def test_destroying_what_is_not_there_is_success(lab: Lab) -> None:
    lab.driver.destroy(new_uuid())

def test_pause_and_unpause_may_be_repeated(lab: Lab) -> None:
    uuid = boot(lab)
    for _ in range(2):
        lab.driver.pause(uuid)
        assert lab.driver.power_state(uuid) == PowerState.PAUSED
    lab.events.wait(uuid, PowerState.PAUSED)
    for _ in range(2):
        lab.driver.unpause(uuid)
        assert lab.driver.power_state(uuid) == PowerState.RUNNING
    lab.events.wait(uuid, PowerState.RUNNING)

@pytest.mark.parametrize("verb", ["pause", "unpause"])
def test_a_guest_that_is_off_cannot_be_paused_or_unpaused(lab: Lab, verb: str) -> None:
    uuid = boot(lab)
    lab.driver.power_off(uuid, 0)
    with pytest.raises(DomainStateConflict, match=uuid):
        VERBS[verb](lab.driver, uuid)

@pytest.mark.both_backends
def test_an_obedient_guest_shuts_down_before_its_time_is_up(lab: Lab) -> None:
    uuid = boot(lab)
    lab.wait_until_up(uuid)
    start = time.monotonic()
    lab.driver.power_off(uuid, CLEAN)
    assert time.monotonic() - start < CLEAN
    assert listed(lab) == {uuid: PowerState.SHUTDOWN}
    lab.events.wait(uuid, PowerState.SHUTDOWN)
    lab.driver.power_off(uuid, CLEAN)

def test_the_power_of_a_deaf_guest_is_cut_when_its_time_is_up(lab: Lab) -> None:
    uuid = boot(lab, deaf=True)
    lab.wait_until_up(uuid)
    start = time.monotonic()
    lab.driver.power_off(uuid, 0.5)
    assert time.monotonic() - start >= 0.5 or not lab.has_deaf_guests
    assert lab.driver.power_state(uuid) == PowerState.SHUTDOWN

def test_a_paused_guest_is_powered_off_without_asking(lab: Lab) -> None:
    uuid = boot(lab)
    lab.driver.pause(uuid)
    start = time.monotonic()
    lab.driver.power_off(uuid, CLEAN)
    assert time.monotonic() - start < CLEAN
    assert lab.driver.power_state(uuid) == PowerState.SHUTDOWN

def test_power_on_starts_a_guest_whatever_it_was(lab: Lab) -> None:
    uuid = boot(lab)
    lab.driver.power_on(uuid)
    assert lab.driver.power_state(uuid) == PowerState.RUNNING
    lab.driver.power_off(uuid, 0)
    lab.driver.power_on(uuid)
    assert lab.driver.power_state(uuid) == PowerState.RUNNING
    lab.driver.pause(uuid)
    lab.driver.power_on(uuid)
    assert lab.driver.power_state(uuid) == PowerState.RUNNING

@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_a_rebooted_guest_boots_again(lab: Lab, hard: bool) -> None:
    uuid = boot(lab)
    lab.wait_until_up(uuid)
    lab.driver.reboot(uuid, hard, CLEAN)
    assert lab.driver.power_state(uuid) == PowerState.RUNNING
    if lab.has_console:
        until(lambda: lab.driver.console_output(uuid, 100_000).count(b"login: ") == 2, "a second login prompt")

def test_a_deaf_guest_is_rebooted_hard_when_its_time_is_up(lab: Lab) -> None:
    uuid = boot(lab, deaf=True)
    lab.wait_until_up(uuid)
    lab.driver.reboot(uuid, False, 0.3)
    assert lab.driver.power_state(uuid) == PowerState.RUNNING

def test_a_guest_that_is_off_is_started_by_a_reboot(lab: Lab) -> None:
    uuid = boot(lab)
    lab.driver.power_off(uuid, 0)
    lab.driver.reboot(uuid, False, CLEAN)
    assert lab.driver.power_state(uuid) == PowerState.RUNNING

@pytest.mark.both_backends
def test_a_guest_that_powers_itself_off_is_reported_soon(lab: Lab) -> None:
    uuid = boot(lab)
    lab.wait_until_up(uuid)
    lab.events.wait(uuid, PowerState.RUNNING)
    lab.power_off_inside(uuid)
    lab.events.wait(uuid, PowerState.SHUTDOWN, within=SOON)
    assert listed(lab) == {uuid: PowerState.SHUTDOWN}

def test_the_console_shows_the_end_of_what_the_guest_printed(lab: Lab) -> None:
    uuid = boot(lab)
    lab.wait_until_up(uuid)
    output = lab.driver.console_output(uuid, 100_000)
    assert lab.driver.console_output(uuid, 0) == b""
    if lab.has_console:
        assert b"login:" in output
        assert lab.driver.console_output(uuid, 7) == output[-7:]

@pytest.mark.both_backends
def test_a_domain_that_cannot_start_is_not_left_behind(lab: Lab) -> None:
    spec = lab.a_guest_that_cannot_start()
    lab.driver.create_disks(spec)
    with pytest.raises(VirtError, match=spec.instance.uuid):
        lab.driver.spawn(spec)
    assert spec.instance.uuid not in listed(lab)

def refused_images() -> dict[str, tuple[bytes, str, str]]:
    text = b"#!/bin/sh\necho I am no disk\n"
    return {
        "text called qcow2": (text, "qcow2", "content is raw"),
        "text called raw": (text, "raw", "512-byte sectors"),
        "nothing": (b"", "raw", "0 bytes"),
        "qcow2 called raw": (qcow2_header(), "raw", "content is qcow2"),
        "backing file": (qcow2_header(backing=600), "qcow2", "backing file"),
        "data file": (qcow2_header(incompatible=4), "qcow2", "data file"),
        "cut off": (b"QFI\xfb\0\0\0\3", "qcow2", "cut off"),
        "other format": (b"KDMV".ljust(1024, b"\0"), "vmdk", "format is vmdk"),
        "larger than the flavor": (qcow2_header(size=3 << 30), "qcow2", "larger than the flavor"),
    }

@pytest.mark.parametrize("kind", refused_images())
def test_a_bad_image_is_refused_with_its_reason(lab: Lab, kind: str) -> None:
    if not lab.has_disks:
        return
    content, declared, reason = refused_images()[kind]
    instance = an_instance(image=an_image(declared), flavor=a_flavor(root_gb=1))
    spec = a_spec(instance, lab.write_image("bad", content))
    with pytest.raises(ImageUnacceptable, match=reason):
        lab.driver.create_disks(spec)
    lab.driver.destroy(instance.uuid)
    assert lab.leftovers(instance.uuid) == []

@pytest.mark.both_backends
def test_a_restarted_compute_finds_its_domains(lab: Lab) -> None:
    uuid = boot(lab)
    lab.driver.close()
    again = lab.another_driver()
    again.setup(lab.events)
    assert [(domain.uuid, domain.power_state) for domain in again.list_domains()] == [(uuid, PowerState.RUNNING)]
    again.destroy(uuid)
    again.close()

