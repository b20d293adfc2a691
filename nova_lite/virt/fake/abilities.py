"""What fake guests can have done to them beside the core."""

from __future__ import annotations

import struct
from pathlib import Path

from msgspec.structs import replace

from nova_lite.objects.diagnostics import CpuUse, Diagnostics, DiskUse, NicUse
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.nic import Nic
from nova_lite.objects.states import PowerState
from nova_lite.virt import images
from nova_lite.virt.driver import DomainStateConflict, GuestSpec, VirtError
from nova_lite.virt.fake.hypervisor import FakeDomain, FakeHypervisor
from nova_lite.virt.fake.switch import Switch
from nova_lite.virt.fake.trouble import Trouble

# A qcow2 image of version 3 without a cluster: header, incompatible, compatible and autoclear features, order, length.
_HEADER = struct.Struct(">4sIQIIQ IIQQIIQ QQQII")
_LENGTH = 1 << 16
_LABEL, _MARK = 128, b"nova-lite fake disk"  # at its end: what is on the disk


class FakeAbilities:
    """Implements the protocols of :mod:`nova_lite.virt.capabilities`, but for consoles and passwords."""

    def __init__(self, hypervisor: FakeHypervisor, switch: Switch, trouble: Trouble) -> None:
        self._hypervisor, self._switch, self._trouble = hypervisor, switch, trouble

    def suspend(self, uuid: str) -> None:
        with self._trouble.around("suspend", uuid):
            domain = self._hypervisor.get(uuid)
            if domain.power_state in (PowerState.RUNNING, PowerState.PAUSED):
                self._hypervisor.put(replace(domain, power_state=PowerState.SHUTDOWN, saved=True))

    def resume(self, uuid: str) -> None:
        with self._trouble.around("resume", uuid):
            self._switch.on(self._hypervisor.get(uuid))

    def interrupt(self, uuid: str) -> None:
        with self._trouble.around("interrupt", uuid):
            domain = self._hypervisor.get(uuid)
            if domain.power_state not in (PowerState.RUNNING, PowerState.PAUSED):
                raise DomainStateConflict(f"instance {uuid} is {domain.power_state.name} and cannot be interrupted",
                                          instance=uuid, power_state=domain.power_state.name)
            self._hypervisor.put(replace(domain, interrupts=domain.interrupts + 1))

    def snapshot(self, uuid: str, path: Path) -> None:
        with self._trouble.around("snapshot", uuid):
            domain = self._hypervisor.get(uuid)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_image(max(1, domain.root_gb) * images.GIB, domain.disk))

    def resize(self, spec: GuestSpec, running: bool, clean_timeout: float) -> None:
        uuid, flavor = spec.instance.uuid, spec.instance.flavor
        with self._trouble.around("resize", uuid):
            domain = self._hypervisor.get(uuid)
            before = domain.root_gb if domain.kept_gb is None else domain.kept_gb
            if flavor.root_gb and flavor.root_gb < before:
                raise VirtError(f"instance {uuid}: a disk cannot become smaller", instance=uuid)
            off = self._switch.off(domain, clean_timeout)
            self._settle(replace(_sized(off, flavor), kept_gb=before), running)

    def confirm(self, uuid: str) -> None:
        with self._trouble.around("confirm_resize", uuid):
            self._hypervisor.put(replace(self._hypervisor.get(uuid), kept_gb=None))

    def revert(self, spec: GuestSpec, running: bool) -> None:
        with self._trouble.around("revert_resize", spec.instance.uuid):
            domain = self._hypervisor.get(spec.instance.uuid)
            if domain.kept_gb is not None:
                off = self._switch.off(domain, 0.0)
                domain = replace(_sized(off, spec.instance.flavor), root_gb=domain.kept_gb, kept_gb=None)
            self._settle(domain, running)

    def rescue(self, spec: GuestSpec, image_path: Path) -> None:
        instance = spec.instance
        with self._trouble.around("rescue", instance.uuid):
            images.inspect(image_path)
            domain = self._hypervisor.get(instance.uuid)
            if not domain.rescued:
                domain = self._switch.off(domain, 0.0)
            self._settle(replace(domain, rescued=True), True)

    def unrescue(self, spec: GuestSpec, running: bool) -> None:
        with self._trouble.around("unrescue", spec.instance.uuid):
            domain = self._hypervisor.get(spec.instance.uuid)
            if domain.rescued:
                domain = self._switch.off(domain, 0.0)
            self._settle(replace(domain, rescued=False), running)

    def attach(self, spec: GuestSpec, nic: Nic) -> None:
        with self._trouble.around("attach_interface", spec.instance.uuid):
            self._wire(spec)

    def detach(self, spec: GuestSpec, nic: Nic) -> None:
        with self._trouble.around("detach_interface", spec.instance.uuid):
            self._wire(spec)

    def diagnostics(self, uuid: str) -> Diagnostics:
        with self._trouble.around("diagnostics", uuid):
            domain = self._hypervisor.get(uuid)
            if domain.power_state is not PowerState.RUNNING:
                raise DomainStateConflict(f"instance {uuid} is {domain.power_state.name} and uses nothing",
                                          instance=uuid, power_state=domain.power_state.name)
            return _use(domain)

    def _wire(self, spec: GuestSpec) -> None:
        nics = spec.instance.nics
        self._hypervisor.put(replace(
            self._hypervisor.get(spec.instance.uuid), cards=tuple(nic.mac_address for nic in nics),
            addresses=tuple(address for nic in nics for address in nic.addresses),
        ))

    def _settle(self, domain: FakeDomain, running: bool) -> None:
        if running:
            self._switch.on(domain)
        else:
            self._switch.off(domain, 0.0)


def _sized(domain: FakeDomain, flavor: Flavor) -> FakeDomain:
    return replace(domain, vcpus=flavor.vcpus, memory_mb=flavor.memory_mb, root_gb=flavor.root_gb or domain.root_gb)


def _use(domain: FakeDomain) -> Diagnostics:
    """What a pretended guest has used: the same at every boot."""
    disk = DiskUse(device="vda", read_bytes=domain.boots << 20, read_requests=domain.boots << 8, write_bytes=0,
                   write_requests=0, errors=0)
    return Diagnostics(
        memory_kib=domain.memory_mb << 10, memory_used_kib=domain.memory_mb << 10,
        cpus=tuple(CpuUse(number=number, time_ns=domain.boots * 10**9) for number in range(domain.vcpus)),
        disks=(disk,),
        nics=tuple(
            NicUse(mac_address=mac, device=f"tap{number}", rx_octets=0, rx_packets=0, rx_errors=0, rx_drop=0,
                   tx_octets=0, tx_packets=0, tx_errors=0, tx_drop=0)
            for number, mac in enumerate(domain.cards)
        ),
    )


def disk_label(path: Path | None) -> str:
    """What is on the disk whose copy is at ``path``; empty for what is no fake guest's."""
    if path is None:
        return ""
    with path.open("rb") as file:
        mark, _, label = file.read(_LENGTH)[-_LABEL:].rstrip(b"\0").partition(b":")
    return label.decode() if mark == _MARK else ""


def _image(size: int, label: str) -> bytes:
    header = _HEADER.pack(b"QFI\xfb", 3, 0, 0, 16, size, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 104)
    return header.ljust(_LENGTH - _LABEL, b"\0") + (_MARK + b":" + label.encode()).ljust(_LABEL, b"\0")
