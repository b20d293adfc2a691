"""What a guest will be: every decision about a domain, made from values and nothing else."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from nova_lite.objects.instance import Instance
from nova_lite.objects.nic import Nic
from nova_lite.virt.agent import has_agent
from nova_lite.virt.driver import GuestSpec, ImageUnacceptable
from nova_lite.virt.libvirt.settings import LibvirtSettings
from nova_lite.virt.libvirt.slirp import SlirpPlan, plan_slirp

DomainType = Literal["kvm", "qemu", "test"]

TAP_NAME = 14  # characters of a tap device's name, which Linux limits to 15
DISK_BUSES = {"virtio": "vd", "sata": "sd"}
NIC_MODELS = ("virtio", "e1000", "e1000e", "rtl8139")
PCI_EXPRESS = "q35"  # also in the names of its versions, as in pc-q35-7.2
SMALL_DEVICES = 3  # balloon, random numbers, agent: each takes a PCI Express slot


@dataclasses.dataclass(frozen=True, slots=True)
class HostTraits:
    """What the plan must know of the host. ``arch`` as libvirt calls it (x86_64)."""

    domain_type: DomainType
    arch: str
    owner: str
    version: str


@dataclasses.dataclass(frozen=True, slots=True)
class InstanceFiles:
    """Where an instance's files are; None: it has no such thing."""

    root_disk: Path | None
    config_drive: Path | None
    console_log: Path
    rescue_disk: Path | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class DiskPlan:
    """``target`` is the name in libvirt's order of disks; the guest may call it otherwise."""

    path: Path
    format: Literal["qcow2", "raw"]
    target: str
    bus: str
    cache: str
    serial: str
    read_only: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class NicPlan:
    """``bridge`` and ``tap`` are empty for the user-mode network."""

    kind: Literal["user", "bridge"]
    mac_address: str
    model: str
    bridge: str = ""
    tap: str = ""
    mtu: int = 0
    slirp: SlirpPlan | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class CpuPlan:
    """``mode`` as libvirt names it; empty: the emulator's default."""

    mode: str = ""
    model: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class GuestPlan:
    """A domain, decided. Empty strings, None and 0 mean: leave it out. ``root_ports``: slots, taken and spare."""

    instance: Instance
    owner: str
    version: str
    domain_type: DomainType
    arch: str
    machine: str
    cpu: CpuPlan
    disks: tuple[DiskPlan, ...]
    nics: tuple[NicPlan, ...]
    console_log: Path | None
    rng_device: str
    graphics: bool
    root_ports: int
    agent: bool


def make(spec: GuestSpec, host: HostTraits, files: InstanceFiles, settings: LibvirtSettings) -> GuestPlan:
    """Decide.

    :raises ImageUnacceptable: a property of the image asks for what cannot be given.
    """
    instance = spec.instance
    properties = instance.image.properties if instance.image else {}
    real = host.domain_type != "test"
    machine = properties.get("hw_machine_type", settings.machine_type) if real else ""
    disks = _disks(instance, files, settings) if real else ()
    return GuestPlan(
        instance=instance,
        owner=host.owner,
        version=host.version,
        domain_type=host.domain_type,
        arch=host.arch,
        machine=machine,
        cpu=_cpu(host.domain_type, settings),
        disks=disks,
        nics=tuple(plan_nic(instance, nic) for nic in instance.nics) if real else (),
        console_log=files.console_log if real else None,
        rng_device=settings.rng_device if real else "",
        graphics=settings.graphics and real,
        root_ports=_root_ports(machine, len(disks) + len(instance.nics), settings),
        agent=real and has_agent(instance.image),
    )


def _cpu(domain_type: DomainType, settings: LibvirtSettings) -> CpuPlan:
    if settings.cpu_mode:
        return CpuPlan(settings.cpu_mode, settings.cpu_model)
    # What a guest can use is what the host has; an emulated processor is the same everywhere.
    return CpuPlan("host-passthrough") if domain_type == "kvm" else CpuPlan()


def _root_ports(machine: str, devices: int, settings: LibvirtSettings) -> int:
    if PCI_EXPRESS not in machine:
        return 0
    return devices + SMALL_DEVICES + settings.spare_ports


def _disks(instance: Instance, files: InstanceFiles, settings: LibvirtSettings) -> tuple[DiskPlan, ...]:
    bus = _choice(instance, "hw_disk_bus", "virtio", tuple(DISK_BUSES))
    disks: list[DiskPlan] = []
    # The first is what the guest boots from.
    for name, path in (("rescue", files.rescue_disk), ("root", files.root_disk)):
        if path is not None:
            target = f"{DISK_BUSES[bus]}{'ab'[len(disks)]}"
            disks.append(DiskPlan(path, "qcow2", target, bus, settings.disk_cache, name))
    if files.config_drive is not None:
        # The last name, so that disks attached later keep the order in which they came.
        target = f"{DISK_BUSES[bus]}z"
        disks.append(DiskPlan(files.config_drive, "raw", target, bus, "", "config-2", read_only=True))
    return tuple(disks)


def plan_nic(instance: Instance, nic: Nic) -> NicPlan:
    """One interface. Raises ImageUnacceptable as :func:`make` does."""
    model = _choice(instance, "hw_vif_model", "virtio", NIC_MODELS)
    if nic.kind == "user":
        return NicPlan("user", nic.mac_address, model, slirp=plan_slirp(nic))
    tap = f"tap{nic.id}"[:TAP_NAME]
    return NicPlan("bridge", nic.mac_address, model, nic.bridge, tap, nic.mtu)


def _choice(instance: Instance, name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = instance.image.properties.get(name, default) if instance.image else default
    if value not in allowed:
        raise ImageUnacceptable(
            f"instance {instance.uuid}: the image's property {name} is {value!r}; this host can do "
            f"{', '.join(allowed)}", instance=instance.uuid,
        )
    return value
