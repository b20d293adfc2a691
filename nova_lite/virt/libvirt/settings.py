"""What an operator decides about libvirt on one host."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

VirtType = Literal["auto", "kvm", "qemu"]


@dataclasses.dataclass(frozen=True, slots=True)
class LibvirtSettings:
    """``uri``: any of libvirt's for QEMU (system, session, with a socket), or ``test:///default`` without files.

    ``instances_path``: where each instance has a directory. ``virt_type`` ``auto``: KVM if it passes its self-test.
    ``cpu_mode``: libvirt's (empty: host-passthrough with KVM, the emulator's default without), ``cpu_model`` goes
    with ``custom``. ``graphics``: guests have a screen. ``spare_ports``: PCI Express slots beside the taken ones, for
    devices plugged in later. ``detach_timeout``: how long a guest may take to let go of a device. ``patience``: how
    long libvirt may be silent. Times in seconds.
    """

    instances_path: Path
    uri: str = "qemu:///system"
    virt_type: VirtType = "auto"
    machine_type: str = "q35"
    cpu_mode: str = ""
    cpu_model: str = ""
    emulator: str = "qemu-system-x86_64"
    graphics: bool = False
    spare_ports: int = 4
    disk_cache: str = "writeback"
    rng_device: str = "/dev/urandom"
    kvm_probe_timeout: float = 5.0
    shutdown_repeat: float = 5.0
    patience: float = 25.0
    detach_timeout: float = 60.0
