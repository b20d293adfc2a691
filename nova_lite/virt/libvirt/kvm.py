"""Does KVM work here? A file /dev/kvm says little: it may be forbidden, nested badly, or unable to run a kernel."""

from __future__ import annotations

import dataclasses
import os
import platform
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from nova_lite.core import concurrency

DEVICE = Path("/dev/kvm")
CPUINFO = Path("/proc/cpuinfo")
MODULES = Path("/sys/module")
SIGN = b"K"
# A boot sector: write "K" to the first serial port, halt.  cli; mov dx,0x3f8; mov al,'K'; out dx,al; 1: hlt; jmp 1b
SECTOR = bytes.fromhex("fa ba f8 03 b0 4b ee f4 eb fd").ljust(510, b"\0") + b"\x55\xaa"
DISK_SIZE = 1 << 20  # the firmware does not boot from a disk of one sector


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """Whether KVM is to be used, and why (not)."""

    usable: bool
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """What can be read without trying. ``cpu_flags`` is empty where the architecture has none."""

    device: bool
    permitted: bool
    machine: str
    cpu_flags: frozenset[str]
    modules: frozenset[str]


def read_facts() -> Facts:
    """The facts of this host."""
    text = CPUINFO.read_text(encoding="utf-8", errors="replace") if CPUINFO.exists() else ""
    line = next((line for line in text.splitlines() if line.startswith("flags")), "")
    modules = {path.name for path in MODULES.iterdir()} if MODULES.exists() else set[str]()
    return Facts(
        device=DEVICE.exists(), permitted=os.access(DEVICE, os.R_OK | os.W_OK), machine=platform.machine(),
        cpu_flags=frozenset(line.partition(":")[2].split()), modules=frozenset(modules),
    )


def refusal(facts: Facts) -> str:
    """Why KVM cannot work, from the facts alone; empty: it may."""
    if not facts.device:
        return f"there is no {DEVICE}"
    if facts.machine == "x86_64" and not facts.cpu_flags & {"vmx", "svm"}:
        # The device may be there all the same: a software back end that runs only kernels made for it.
        return "the processor offers neither vmx nor svm"
    if "kvm_pvm" in facts.modules and not facts.modules & {"kvm_intel", "kvm_amd"}:
        return "its back end is kvm_pvm, which runs only kernels made for it"
    return ""


def judge(facts: Facts, probe: Callable[[], str], ask_libvirt: Callable[[], str]) -> Verdict:
    """Whether to use KVM. ``probe`` and ``ask_libvirt`` return why not, or nothing; they are asked only if need be.

    Who may not open the device cannot try it; libvirt, whose guests run as another user, is asked then.
    """
    reason = refusal(facts) or (probe() if facts.permitted else ask_libvirt())
    return Verdict(not reason, reason or "it passed its self-test")


def probe(emulator: str, timeout: float, accelerator: str = "kvm") -> str:
    """Run a boot sector; why it did not work within ``timeout`` seconds, or nothing. Waits cooperatively."""
    with tempfile.NamedTemporaryFile(prefix="nova-lite-kvm-") as file:
        file.write(SECTOR.ljust(DISK_SIZE, b"\0"))
        file.flush()
        argv = [
            emulator, "-accel", accelerator, "-machine", "q35", "-m", "16", "-display", "none", "-nodefaults",
            "-no-user-config",
            "-drive", f"file={file.name},format=raw,if=virtio,readonly=on", "-serial", "stdio",
        ]
        try:
            guest = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            return f"{emulator} cannot be run: {error.strerror}"
        try:
            return _listen(guest, timeout)
        finally:
            guest.kill()
            guest.communicate()


def _listen(guest: subprocess.Popen[bytes], timeout: float) -> str:
    assert guest.stdout is not None
    if not concurrency.wait_readable(guest.stdout.fileno(), timeout):
        return f"a guest did not say a word within {timeout:g} s"
    return "" if os.read(guest.stdout.fileno(), 1) == SIGN else "QEMU refused to run a guest"
