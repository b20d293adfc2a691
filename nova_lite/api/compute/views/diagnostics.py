"""How a guest is doing, as its host has measured. What nobody measures is null."""

from __future__ import annotations

from nova_lite.objects.diagnostics import Diagnostics, NicUse
from nova_lite.objects.host import HostState
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import PowerState

_NIC = ("rx_octets", "rx_errors", "rx_drop", "rx_packets", "tx_octets", "tx_errors", "tx_drop", "tx_packets")
_STATES = {
    PowerState.NOSTATE: "pending", PowerState.RUNNING: "running", PowerState.PAUSED: "paused",
    PowerState.SHUTDOWN: "shutdown", PowerState.CRASHED: "crashed", PowerState.SUSPENDED: "suspended",
}


def plain(found: Diagnostics) -> dict[str, object]:
    """Before 2.48 every driver had words of its own; these are libvirt's, in its units."""
    shown: dict[str, object] = {f"cpu{cpu.number}_time": cpu.time_ns for cpu in found.cpus}
    for disk in found.disks:
        shown |= {
            f"{disk.device}_read_req": disk.read_requests, f"{disk.device}_read": disk.read_bytes,
            f"{disk.device}_write_req": disk.write_requests, f"{disk.device}_write": disk.write_bytes,
            f"{disk.device}_errors": disk.errors,
        }
    for nic in found.nics:
        if nic.device:
            shown |= {f"{nic.device}_{name.replace('_octets', '')}": getattr(nic, name) for name in _NIC}
    shown["memory"] = found.memory_kib
    if found.memory_used_kib is not None:
        shown["memory-actual"] = found.memory_used_kib
    return shown


def standard(server: Instance, host: HostState, found: Diagnostics, now: float) -> dict[str, object]:
    """Since 2.48. ``driver`` is libvirt's also where hosts are pretended: clients know no other word for it."""
    used = found.memory_used_kib
    # Interfaces that libvirt does not see (QEMU's own network) are the guest's all the same.
    seen = {nic.mac_address for nic in found.nics}
    nics = (*found.nics, *(NicUse(mac_address=nic.mac_address) for nic in server.nics if nic.mac_address not in seen))
    return {
        "state": _STATES[server.power_state], "driver": "libvirt", "hypervisor": host.hypervisor_type.lower() or None,
        "hypervisor_os": "linux", "uptime": int(now - (server.launched_at or server.created_at)),
        "config_drive": server.config_drive, "num_cpus": len(found.cpus), "num_nics": len(nics),
        "num_disks": len(found.disks),
        "memory_details": {"maximum": found.memory_kib // 1024, "used": None if used is None else used // 1024},
        "cpu_details": [{"id": cpu.number, "time": cpu.time_ns, "utilisation": None} for cpu in found.cpus],
        "nic_details": [
            {"mac_address": nic.mac_address, "rx_rate": None, "tx_rate": None,
             **{name: getattr(nic, name) for name in _NIC}}
            for nic in nics
        ],
        "disk_details": [
            {"read_bytes": disk.read_bytes, "read_requests": disk.read_requests, "write_bytes": disk.write_bytes,
             "write_requests": disk.write_requests, "errors_count": disk.errors}
            for disk in found.disks
        ],
    }
