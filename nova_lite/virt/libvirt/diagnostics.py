"""What libvirt has counted of a guest."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import partial

import libvirt

from nova_lite.objects.diagnostics import CpuUse, Diagnostics, DiskUse, NicUse
from nova_lite.virt.libvirt.connection import tolerate
from nova_lite.virt.libvirt.domains import Domains
from nova_lite.virt.libvirt.handles import Domain

# This hypervisor does not count it, or not of such a device, or the device has just gone.
_NOT_COUNTED = (libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_OPERATION_UNSUPPORTED, libvirt.VIR_ERR_CONFIG_UNSUPPORTED,
                libvirt.VIR_ERR_INVALID_ARG, libvirt.VIR_ERR_OPERATION_FAILED, libvirt.VIR_ERR_INTERNAL_ERROR)


class Measuring:
    """Implements :class:`nova_lite.virt.capabilities.Measuring`."""

    def __init__(self, domains: Domains) -> None:
        self._domains = domains

    def diagnostics(self, uuid: str) -> Diagnostics:
        return self._domains.run(uuid, "reading what the guest has used", _read)


def _read(domain: Domain) -> Diagnostics:
    most, used = domain.info()[1:3]
    devices = ET.fromstring(domain.XMLDesc(0)).find("devices")
    disks = devices.findall("disk[@device='disk']/target") if devices is not None else []
    cards = devices.findall("interface") if devices is not None else []
    return Diagnostics(
        memory_kib=most, memory_used_kib=used, cpus=_cpus(domain),
        disks=tuple(_disk(domain, target.get("dev", "")) for target in disks),
        nics=tuple(_nic(domain, card) for card in cards),
    )


def _cpus(domain: Domain) -> tuple[CpuUse, ...]:
    counted = tolerate(_NOT_COUNTED, domain.vcpus)
    if counted is None:
        return tuple(CpuUse(number=number) for number in range(domain.info()[3]))
    return tuple(CpuUse(number=number, time_ns=time) for number, _state, time, _cpu in counted[0])


def _disk(domain: Domain, device: str) -> DiskUse:
    counted = tolerate(_NOT_COUNTED, partial(domain.blockStats, device))
    if counted is None:
        return DiskUse(device=device)
    # -1 is libvirt's word for what is not counted.
    requests, octets, write_requests, write_octets, errors = (None if count < 0 else count for count in counted)
    return DiskUse(device=device, read_requests=requests, read_bytes=octets, write_requests=write_requests,
                   write_bytes=write_octets, errors=errors)


def _nic(domain: Domain, card: ET.Element) -> NicUse:
    mac, target = card.find("mac"), card.find("target")
    address = mac.get("address", "") if mac is not None else ""
    device = target.get("dev", "") if target is not None else ""
    counted = tolerate(_NOT_COUNTED, partial(domain.interfaceStats, device)) if device else None
    if counted is None:
        return NicUse(mac_address=address, device=device)
    rx, packets, errors, drop, tx, tx_packets, tx_errors, tx_drop = (None if n < 0 else n for n in counted)
    return NicUse(
        mac_address=address, device=device, rx_octets=rx, rx_packets=packets, rx_errors=errors, rx_drop=drop,
        tx_octets=tx, tx_packets=tx_packets, tx_errors=tx_errors, tx_drop=tx_drop,
    )
