"""Which libvirt a cloud drives: the machine's own where it can, else a private one; without root the user's session."""

import os
import pwd
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError
from stack.servers.base import program

SYSTEM_URI, SESSION_URI = "qemu:///system", "qemu:///session"
SYSTEM_SOCKETS = (Path("/run/libvirt/libvirt-sock"), Path("/run/libvirt/virtqemud-sock"))
QEMU_CONF = Path("/etc/libvirt/qemu.conf")
KVM = Path("/dev/kvm")
DEBIAN_USER = "libvirt-qemu"
ANSWER = 120.0  # seconds: before its first answer libvirt asks QEMU what it can, and has taken ten where much else runs


@dataclass(frozen=True)
class Decision:
    """The libvirt to use: its URI, empty for a private libvirtd, and why."""

    uri: str
    why: str


def decide(instances: Path) -> Decision:
    """Look at this machine. Raises StackError when there is no libvirt at all."""
    if program("virsh") is None or program("qemu-system-x86_64") is None:
        raise StackError("libvirt or QEMU is not installed", "use --hypervisor fake, or install them as root")
    if os.geteuid() != 0:
        return Decision(SESSION_URI, "without root: guests of this user, in user mode networks")
    if not any(path.exists() for path in SYSTEM_SOCKETS) or not answers(SYSTEM_URI):
        return Decision("", "no libvirtd runs on this machine")
    trouble = trouble_of(_qemu_user(), instances)
    return (
        Decision("", f"not the machine's libvirtd: {trouble}")
        if trouble
        else Decision(SYSTEM_URI, "the machine's libvirtd")
    )


def answers(uri: str) -> bool:
    """Whether libvirt answers at the URI in time."""
    try:
        return (
            subprocess.run(
                ("virsh", "-q", "-c", uri, "version"), capture_output=True, timeout=ANSWER, check=False
            ).returncode
            == 0
        )
    except subprocess.TimeoutExpired:
        return False


def trouble_of(user: str, instances: Path, kvm: Path = KVM) -> str:
    """Why guests of the machine's libvirtd, which run as `user`, could not work for us; empty when they can."""
    if not _may(user, "-x", instances):
        return f"its QEMU runs as {user}, who cannot reach {instances}"
    if kvm.exists() and not (_may(user, "-r", kvm) and _may(user, "-w", kvm)):
        # libvirt probes QEMU as root, finds KVM, and probes all over when the guest's user has none: seconds per call.
        return f"its QEMU runs as {user}, who cannot open {kvm}; mend: chown root:kvm {kvm} && chmod 0660 {kvm}"
    return ""


def _qemu_user() -> str:
    text = QEMU_CONF.read_text(encoding="utf-8", errors="replace") if QEMU_CONF.exists() else ""
    found = re.findall(r'^\s*user\s*=\s*"\+?([^"]+)"', text, re.MULTILINE)
    return found[-1] if found else DEBIAN_USER


def _may(user: str, test: str, path: Path) -> bool:
    try:
        entry = pwd.getpwuid(int(user)) if user.isdigit() else pwd.getpwnam(user)
    except KeyError:
        return False
    drop = ("setpriv", "--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--init-groups", "--")
    return subprocess.run((*drop, "test", test, str(path)), capture_output=True, check=False).returncode == 0


def our_guests(uri: str, instances: Path) -> list[str]:
    """UUIDs of the domains whose files are below the directory, running or not."""
    listed = _virsh(uri, "list", "--all", "--uuid").split()
    return [uuid for uuid in listed if f"{instances}/" in _virsh(uri, "dumpxml", uuid)]


def remove_guests(uri: str, instances: Path) -> int:
    """End and forget those domains; how many there were."""
    guests = our_guests(uri, instances)
    for uuid in guests:
        _virsh(uri, "destroy", uuid)
        _virsh(uri, "undefine", uuid, "--managed-save", "--snapshots-metadata", "--checkpoints-metadata", "--nvram")
    return len(guests)


def _virsh(uri: str, *args: str) -> str:
    try:
        done = subprocess.run(
            ("virsh", "-q", "-c", uri, *args), capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise StackError(f"libvirt at {uri} does not answer", "mend it, then run this again") from error
    return done.stdout
