"""What actions do inside and around a real guest, seen on its serial console."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator

import pytest

from tests.clients.cloud import Client
from tests.e2e.serial_console import BOOT, PATIENCE, UP, found, wait_for

# At each boot of a disk the guest reports what it has; the program that ticks lives from the first boot on. What was
# before a report is on the disk: a rescue cuts the power.
SCRIPT = """#!/bin/sh
cat > /report <<'END'
sync
while read -r name value _; do [ "$name" = MemTotal: ] && memory=$value; done < /proc/meminfo
read -r size < /sys/block/vda/size
echo "REPORT memory=$memory size=$size disks=$(cd /sys/block && echo vd*) reported"
END
# into another file: this one is being read
{ cat /lib/novalite/late; echo '. /report'; } > /late && mv /late /lib/novalite/late
. /report
( n=0; while :; do n=$((n + 1)); read -r up _ < /proc/uptime; echo "TICK $n up=${up%%.*} ticked"; sleep 1; done ) &
"""
REPORT = re.compile(r"REPORT memory=(\d+) size=(\d+) disks=(.*?) reported")
BUTTON = re.compile(r"(power button: shutting down)")
TICK = re.compile(r"TICK (\d+) up=(\d+) ticked")


@pytest.fixture(scope="module")
def large(client: Client) -> str:
    return client.make_flavor("test.large", 192, 2)


def boot(client: Client, image: str, flavor: str, name: str) -> str:
    script = base64.b64encode(SCRIPT.encode()).decode()
    server = client.boot(image, name, flavor, user_data=script, config_drive=True)
    client.wait_status(server, "ACTIVE", PATIENCE)
    return server


@pytest.fixture(scope="module")
def server(client: Client, image: str, small: str) -> Iterator[str]:
    """One guest, which the tests hand on in their order; each leaves it ACTIVE."""
    made = boot(client, image, small, "acted-upon")
    wait_for(client, made, REPORT, 1)
    yield made
    client.ask("DELETE", f"/servers/{made}")
    client.wait_gone(made)


def act(client: Client, server: str, action: str, arguments: object, status: str) -> None:
    answer = client.act(server, action, arguments)
    assert answer.ok, answer.text
    client.wait_status(server, status, PATIENCE)


def boots(client: Client, server: str) -> int:
    return len(found(client, server, BOOT))


def last_tick(client: Client, server: str) -> tuple[int, int]:
    """Its number and the guest's uptime; zeros before the first."""
    number, up = (found(client, server, TICK) or [("0", "0")])[-1]
    return int(number), int(up)


def ticks_on(client: Client, server: str, after: int) -> tuple[int, int]:
    """The first look at a tick that is later than number ``after``."""
    client.wait(lambda: last_tick(client, server)[0] > after, f"a tick after {after}", PATIENCE)
    return last_tick(client, server)


def test_a_paused_guests_clock_stands_still(client: Client, server: str, image: str, small: str) -> None:
    ticks_on(client, server, 1)
    asked = time.monotonic()
    act(client, server, "pause", None, "PAUSED")
    paused = time.monotonic()
    # Another guest's boot and first seconds pass meanwhile; what was on its way into the log is there before they end.
    other = boot(client, image, small, "stopwatch")
    before = last_tick(client, server)
    wait_for(client, other, TICK, 4)
    client.ask("DELETE", f"/servers/{other}")
    assert last_tick(client, server) == before
    stood = time.monotonic() - paused
    act(client, server, "unpause", None, "ACTIVE")
    _, up = ticks_on(client, server, before[0])
    # All the time since it was asked to pause, without what it stood: with it this is more by far.
    assert up - before[1] < time.monotonic() - asked - stood / 2 and boots(client, server) == 1


def test_a_suspended_guests_program_goes_on(client: Client, server: str) -> None:
    ticks_on(client, server, 1)
    act(client, server, "suspend", None, "SUSPENDED")
    before = last_tick(client, server)
    act(client, server, "resume", None, "ACTIVE")
    assert ticks_on(client, server, before[0])[0] > before[0]
    assert boots(client, server) == 1


def test_a_crash_dump_reaches_the_guests_kernel(client: Client, server: str) -> None:
    act(client, server, "trigger_crash_dump", None, "ACTIVE")
    wait_for(client, server, re.compile(r"(NMI)"), 1)


def test_a_snapshot_of_a_running_guest_boots_with_its_files(client: Client, server: str, small: str) -> None:
    made = client.act(server, "createImage", {"name": "snapshot"}).json()["image_id"]
    client.wait_status(server, "ACTIVE", PATIENCE)
    number = last_tick(client, server)[0]
    second = boot(client, made, small, "from-snapshot")
    assert wait_for(client, second, BOOT, 1) == ("2",)
    wait_for(client, second, REPORT, 1)
    client.ask("DELETE", f"/servers/{second}")
    assert ticks_on(client, server, number)[0] > number and boots(client, server) == 1


def test_a_resize_is_seen_inside_and_a_revert_too(client: Client, server: str, large: str) -> None:
    memory, size, _ = found(client, server, REPORT)[-1]
    act(client, server, "resize", {"flavorRef": large}, "VERIFY_RESIZE")
    more, larger, _ = wait_for(client, server, REPORT, 2)
    assert int(more) > int(memory) + 48_000 and int(larger) == 2 * int(size) == 2 << 21
    act(client, server, "revertResize", None, "ACTIVE")
    assert wait_for(client, server, REPORT, 3)[:2] == (memory, size)
    act(client, server, "resize", {"flavorRef": large}, "VERIFY_RESIZE")
    assert wait_for(client, server, REPORT, 4)[:2] == (more, larger)
    act(client, server, "confirmResize", None, "ACTIVE")
    assert len(set(found(client, server, UP))) == 1, "the same address at every boot"


def test_a_rescued_guest_has_another_root_disk_with_its_own_beside_it(client: Client, server: str) -> None:
    last = int(found(client, server, BOOT)[-1][0])
    count = boots(client, server)
    act(client, server, "rescue", {}, "RESCUE")
    assert wait_for(client, server, BOOT, count + 1) == ("1",)
    assert wait_for(client, server, REPORT, count + 1)[2].split()[:2] == ["vda", "vdb"]
    act(client, server, "unrescue", None, "ACTIVE")
    assert wait_for(client, server, BOOT, count + 2) == (str(last + 1),)
    wait_for(client, server, REPORT, count + 2)
    assert len(set(found(client, server, UP))) == 1, "the same address at every boot"


def test_a_shelved_guest_comes_back_with_its_files(client: Client, server: str) -> None:
    last = int(found(client, server, BOOT)[-1][0])
    act(client, server, "shelve", None, "SHELVED_OFFLOADED")
    act(client, server, "unshelve", None, "ACTIVE")
    assert wait_for(client, server, BOOT, 1) == (str(last + 1),)
    wait_for(client, server, REPORT, 1)


def test_a_rebuilt_guest_has_a_fresh_disk_and_its_address(client: Client, server: str, image: str) -> None:
    before, inside = client.show(server), found(client, server, UP)[-1]
    act(client, server, "rebuild", {"imageRef": image}, "ACTIVE")
    assert wait_for(client, server, BOOT, 1) == ("1",)
    wait_for(client, server, REPORT, 1)
    after = client.show(server)
    assert (after["id"], after["addresses"]) == (before["id"], before["addresses"])
    assert found(client, server, UP) == [inside] and inside[0] == server


def test_who_is_rebooted_softly_or_stopped_is_asked_first(client: Client, server: str) -> None:
    asked, count = len(found(client, server, BUTTON)), len(found(client, server, REPORT))
    act(client, server, "reboot", {"type": "SOFT"}, "ACTIVE")
    wait_for(client, server, REPORT, count + 1)
    assert len(found(client, server, BUTTON)) == asked + 1
    act(client, server, "os-stop", None, "SHUTOFF")
    wait_for(client, server, BUTTON, asked + 2)
    act(client, server, "os-start", None, "ACTIVE")
    wait_for(client, server, REPORT, count + 2)
    assert len(found(client, server, BUTTON)) == asked + 2
