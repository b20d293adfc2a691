"""The private libvirtd of stack.servers: runs guests, outlives crashes without them, leaves nothing on the machine."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import links, processes
from stack.servers import Libvirt
from tests.integration.stack.leftovers import remains

DOMAIN = """\
<domain type='qemu'>
  <name>{name}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices><serial type='pty'><log file='{log}'/><target port='0'/></serial></devices>
</domain>
"""


@pytest.fixture
def libvirt(tmp_path: Path) -> Iterator[Libvirt]:
    """A running libvirtd, stopped at the end with its guests."""
    with Libvirt(tmp_path / "libvirt") as server:
        yield server


def virsh(server: Libvirt, *args: str) -> str:
    """What an unmodified virsh prints."""
    done = subprocess.run(("virsh", "-q", "-c", server.uri, *args), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def boot(server: Libvirt, directory: Path, name: str = "guest1") -> int:
    """Start a guest without a disk; its process."""
    definition = directory / f"{name}.xml"
    definition.write_text(DOMAIN.format(name=name, log=directory / "console.log"), encoding="utf-8")
    virsh(server, "define", str(definition))
    virsh(server, "start", name)
    pid = processes.read_pid(server.data_dir / f"run/qemu/{name}.pid")
    assert pid is not None
    return pid


def test_runs_a_guest_that_sees_the_machines_files(libvirt: Libvirt, tmp_path: Path) -> None:
    """virsh lists it as running, and the console log is where the definition says."""
    boot(libvirt, tmp_path)
    assert virsh(libvirt, "domstate", "guest1") == "running"
    assert (tmp_path / "console.log").exists()
    virsh(libvirt, "destroy", "guest1")
    assert virsh(libvirt, "domstate", "guest1") == "shut off"


def test_guest_outlives_a_crash_of_libvirtd(libvirt: Libvirt, tmp_path: Path) -> None:
    """kill -9 of libvirtd; the next one finds the guest running, in the same process."""
    pid = boot(libvirt, tmp_path)
    libvirt.kill()
    assert processes.alive(pid)
    libvirt.start()
    assert virsh(libvirt, "domstate", "guest1") == "running"
    assert processes.read_pid(libvirt.data_dir / "run/qemu/guest1.pid") == pid


def test_is_separate_from_another(libvirt: Libvirt, tmp_path: Path) -> None:
    """Two of them: neither sees the other's guests, and they are different hosts."""
    with Libvirt(tmp_path / "second") as second:
        boot(libvirt, tmp_path)
        assert virsh(second, "list", "--all", "--name") == ""
        assert uuid_of(libvirt) != uuid_of(second)


def uuid_of(server: Libvirt) -> str:
    """The host's identity as libvirt tells it."""
    return virsh(server, "capabilities").partition("<uuid>")[2].partition("</uuid>")[0]


def test_leaves_nothing_behind(tmp_path: Path) -> None:
    """Guests, both daemons, mounts and short links are gone, however deep the directory is."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    link = links.short(deep / "sock")
    with Libvirt(deep) as server:
        pid = boot(server, tmp_path)
        assert link.is_symlink() and link != deep / "sock"
    assert not processes.alive(pid)
    assert str(tmp_path) not in Path("/proc/mounts").read_text(encoding="utf-8")
    assert not link.is_symlink()
    assert remains(tmp_path) == []
