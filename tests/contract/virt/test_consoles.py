"""Consoles of guests: what they say, and that what is typed arrives."""

from __future__ import annotations

import pytest

from nova_lite.core import concurrency
from nova_lite.objects.states import PowerState
from nova_lite.virt.capabilities import Channel, ConsoleKind, Consoles, need
from nova_lite.virt.driver import DomainStateConflict
from tests.contract.virt.lab import Lab, until
from tests.contract.virt.libvirt_lab import QemuLab
from tests.contract.virt.tiny_guest import POWER_OFF

pytestmark = pytest.mark.both_backends
PATIENCE = 60.0


@pytest.fixture(params=["fake", "qemu"])
def lab(request: pytest.FixtureRequest) -> Lab:
    """Those whose guests have consoles: the test driver of libvirt has none."""
    made: Lab = request.getfixturevalue(f"{request.param}_lab")
    return made


def consoles(lab: Lab) -> Consoles:
    return need(lab.driver.capabilities.consoles, "open consoles")


def guest(lab: Lab) -> str:
    spec = lab.a_guest()
    lab.driver.create_disks(spec)
    lab.driver.spawn(spec)
    return spec.instance.uuid


def read(channel: Channel, size: int) -> bytes:
    """So many bytes, in time."""
    def enough() -> bytes:
        found = b""
        while len(found) < size:
            piece = channel.read()
            if not piece:
                break
            found += piece
        return found

    return concurrency.spawn(enough).wait(PATIENCE)


def test_a_screen_greets_like_vnc(lab: Lab) -> None:
    screen = consoles(lab).open_console(guest(lab), "vnc")
    assert read(screen, 12) == b"RFB 003.008\n"
    screen.close()
    screen.close()


@pytest.mark.parametrize("kind", ["vnc", "serial"])
def test_closing_ends_a_read_that_waits(lab: Lab, kind: ConsoleKind) -> None:
    console = consoles(lab).open_console(guest(lab), kind)
    rest = concurrency.spawn(read, console, 1 << 20)
    console.close()
    assert len(rest.wait(PATIENCE)) < 1 << 20


def test_closing_a_screen_wakes_who_waits_for_it(lab: Lab) -> None:
    uuid = guest(lab)
    screen = consoles(lab).open_console(uuid, "vnc")
    read(screen, 12)
    rest = concurrency.spawn(screen.read)
    line = consoles(lab).open_console(uuid, "serial")  # by the time that it is open the other waits
    screen.close()
    assert rest.wait(PATIENCE) == b""
    line.close()


@pytest.mark.parametrize("kind", ["vnc", "serial"])
def test_a_guest_that_is_off_has_no_console(lab: Lab, kind: ConsoleKind) -> None:
    uuid = guest(lab)
    lab.driver.power_off(uuid, 0.0)
    with pytest.raises(DomainStateConflict):
        consoles(lab).open_console(uuid, kind)


def test_what_is_typed_reaches_the_guest_and_its_end_is_heard(qemu_lab: QemuLab) -> None:
    uuid = guest(qemu_lab)
    qemu_lab.wait_until_up(uuid)
    console = consoles(qemu_lab).open_console(uuid, "serial")
    console.write(POWER_OFF)
    assert len(read(console, 1 << 20)) < 1 << 20
    until(lambda: qemu_lab.driver.power_state(uuid) == PowerState.SHUTDOWN, "the guest is off")
    console.close()


def test_whoever_comes_later_has_the_serial_console(qemu_lab: QemuLab) -> None:
    uuid = guest(qemu_lab)
    qemu_lab.wait_until_up(uuid)
    first, second = (consoles(qemu_lab).open_console(uuid, "serial") for _ in range(2))
    assert read(first, 1) == b""
    second.write(POWER_OFF)
    until(lambda: qemu_lab.driver.power_state(uuid) == PowerState.SHUTDOWN, "the guest is off")
    first.close()
    second.close()
