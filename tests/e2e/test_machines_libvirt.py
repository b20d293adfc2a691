"""stack.sh where systemd and libvirtd run: the machine's libvirt is taken if that can work, else one of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from guest.packages import current_kernel, fetch
from stack import options
from stack.options import Choices
from tests.clients.stack import ROOT
from tests.e2e.systemd.machine import Machine

REACHABLE, UNREACHABLE = Path("/srv/cloud"), Path("/srv/closed/cloud")
JOB = """
set -e
export HOME=/root
{root}/stack.sh --state {state}
. {state}/openrc
openstack server pause demo
timeout 300 sh -c 'until virsh list | grep paused; do sleep 0.2; done'
ps -o user:20= -C qemu-system-x86_64
{root}/unstack.sh --state {state}
virsh -c qemu:///system list --all --name
ls -d {state} || echo gone
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """It has no network: the kernel of the guest is where the recipe looks for what it has fetched before."""
    directory = tmp_path_factory.mktemp("machine")
    for state in (REACHABLE, UNREACHABLE):
        inside = directory / "files" / state.relative_to("/")
        options.remember(inside, Choices())
        cached = fetch(current_kernel(), ROOT / "var/tests/guest-cache")
        (inside / "lib/guest/cache").mkdir(parents=True)
        shutil.copy(cached, inside / "lib/guest/cache")
    (directory / "files" / UNREACHABLE.relative_to("/")).parent.chmod(0o700)
    made = Machine(directory, ())
    try:
        made.start()
        yield made
    finally:
        made.end()


def done_in(machine: Machine, state: Path) -> str:
    """What the whole job printed."""
    return machine.run("bash", "-c", JOB.format(root=ROOT, state=state))


def test_the_machines_libvirt_is_used(machine: Machine) -> None:
    """Guests run as its own user, not as root."""
    shown = done_in(machine, REACHABLE)
    assert "qemu:///system (the machine's libvirtd)" in shown
    assert "demo login:" in shown
    assert "paused" in shown
    assert "libvirt-qemu" in shown
    assert "guests: 1 removed" in shown
    assert shown.rstrip().endswith("gone")


def test_files_that_its_user_cannot_reach_make_a_private_one(machine: Machine) -> None:
    """And the reason is said."""
    shown = done_in(machine, UNREACHABLE)
    assert f"who cannot reach {UNREACHABLE}" in shown
    assert "demo login:" in shown
    assert "paused" in shown
    assert "guests: 1 removed" in shown
    assert shown.rstrip().endswith("gone")
