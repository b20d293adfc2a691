"""What libvirt says of the host."""

from __future__ import annotations

import dataclasses
from typing import Literal
from xml.etree import ElementTree

from nova_lite.objects.host import Inventory
from nova_lite.virt.driver import HostFacts
from nova_lite.virt.libvirt.handles import Host

HypervisorType = Literal["QEMU", "TEST"]


@dataclasses.dataclass(frozen=True, slots=True)
class HostReading:
    """One reading. ``version`` as libvirt numbers it; ``memory_mb`` in MiB."""

    type: str
    version: int
    hostname: str
    arch: str
    memory_mb: int
    cpus: int
    cells: int
    topology: tuple[int, int, int]  # sockets, cores, threads


@dataclasses.dataclass(frozen=True, slots=True)
class Processor:
    """What kind of processor a host has. It does not change while the host is up. Empty: libvirt does not say."""

    model: str = ""
    vendor: str = ""
    features: tuple[str, ...] = ()


def processor(capabilities: str) -> Processor:
    """The processor in libvirt's document of a host's capabilities. Pure."""
    cpu = ElementTree.fromstring(capabilities).find("host/cpu")
    if cpu is None:
        return Processor()
    names = (feature.get("name", "") for feature in cpu.findall("feature"))
    return Processor(cpu.findtext("model", ""), cpu.findtext("vendor", ""), tuple(sorted(filter(None, names))))


def read(host: Host) -> HostReading:
    """Read. Runs in a native thread; raises libvirtError."""
    arch, memory_mb, cpus, _mhz, cells, sockets, cores, threads = host.getInfo()
    return HostReading(
        type=host.getType(), version=host.getVersion(), hostname=host.getHostname(), arch=str(arch),
        memory_mb=int(memory_mb), cpus=int(cpus), cells=int(cells), topology=(int(sockets), int(cores), int(threads)),
    )


def facts(reading: HostReading, cpu: Processor, disk_gb: int, virt_type: str) -> HostFacts:
    """The reading in the terms of the contract."""
    sockets, cores, threads = reading.topology
    return HostFacts(
        hypervisor_type=reading.type, hypervisor_version=reading.version, hypervisor_hostname=reading.hostname,
        inventory=Inventory(vcpus=reading.cpus, memory_mb=reading.memory_mb, disk_gb=disk_gb),
        cpu_info={
            "arch": reading.arch, "virt_type": virt_type, "sockets": str(sockets), "cores": str(cores),
            "threads": str(threads), "cells": str(reading.cells), "model": cpu.model, "vendor": cpu.vendor,
            "features": " ".join(cpu.features),
        },
    )
