"""A hypervisor that does not answer for a while: nobody waits but who asks it."""

from __future__ import annotations

import os

import pytest

from nova_lite.core import concurrency
from nova_lite.objects.states import PowerState
from stack import processes
from stack.servers import Libvirt
from tests.contract.virt.libvirt_lab import QemuLab
from tests.frozen import frozen

pytestmark = pytest.mark.both_backends
PATIENCE = 60.0
MANY = 30  # calls: more than eventlet's own pool has threads
TURNS = 50


def boot(lab: QemuLab) -> str:
    spec = lab.a_guest()
    lab.driver.create_disks(spec)
    lab.driver.spawn(spec)
    return spec.instance.uuid


def others_have_their_turn() -> None:
    """Other tasks run, and their own blocking calls end."""
    never = concurrency.event()
    for _ in range(TURNS):
        never.wait(0.01)
    assert concurrency.native(os.getpid) == os.getpid()


def test_while_libvirt_says_nothing_other_tasks_run(qemu_lab: QemuLab, libvirt_server: Libvirt) -> None:
    uuid = boot(qemu_lab)
    with frozen(processes.read_pid(libvirt_server.data_dir / "run/libvirtd.pid")):
        asked = [concurrency.spawn(qemu_lab.driver.power_state, uuid) for _ in range(MANY)]
        others_have_their_turn()
        with pytest.raises(TimeoutError):
            asked[0].wait(0.01)
    assert {task.wait(PATIENCE) for task in asked} == {PowerState.RUNNING}


def test_while_one_guests_emulator_stands_still_the_others_are_served(
    qemu_lab: QemuLab, libvirt_server: Libvirt
) -> None:
    stuck, other = boot(qemu_lab), boot(qemu_lab)
    with frozen(processes.read_pid(libvirt_server.data_dir / f"run/qemu/{qemu_lab.name_of(stuck)}.pid")):
        asked = concurrency.spawn(qemu_lab.driver.pause, stuck)
        others_have_their_turn()
        assert qemu_lab.driver.facts().inventory.vcpus >= 1
        assert len(qemu_lab.driver.list_domains()) == 2
        qemu_lab.driver.pause(other)
        assert qemu_lab.driver.power_state(other) == PowerState.PAUSED
        with pytest.raises(TimeoutError):
            asked.wait(0.01)
    asked.wait(PATIENCE)
    assert qemu_lab.driver.power_state(stuck) == PowerState.PAUSED
