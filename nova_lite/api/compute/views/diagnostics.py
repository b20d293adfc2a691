"""How a guest is doing, as far as its record tells. What nobody has measured is null."""

from __future__ import annotations

from nova_lite.objects.host import HostState
from nova_lite.objects.instance import Instance

_UNMEASURED = (
    "rx_octets", "rx_errors", "rx_drop", "rx_packets", "rx_rate", "tx_octets", "tx_errors", "tx_drop", "tx_packets",
    "tx_rate",
)


def plain(server: Instance) -> dict[str, object]:
    """Before 2.48 every driver had words of its own; these are libvirt's."""
    return {"memory": server.flavor.memory_mb * 1024}


def standard(server: Instance, host: HostState, now: float) -> dict[str, object]:
    """Since 2.48. ``driver`` is libvirt's also where hosts are pretended: clients know no other word for it."""
    disk = dict.fromkeys(("read_bytes", "read_requests", "write_bytes", "write_requests", "errors_count"))
    cpus = server.flavor.vcpus
    return {
        "state": "running", "driver": "libvirt", "hypervisor": host.hypervisor_type.lower() or None,
        "hypervisor_os": None, "uptime": int(now - (server.launched_at or server.created_at)),
        "config_drive": server.config_drive, "num_cpus": cpus, "num_nics": len(server.nics), "num_disks": 1,
        "memory_details": {"maximum": server.flavor.memory_mb, "used": None},
        "cpu_details": [{"id": number, "time": None, "utilisation": None} for number in range(cpus)],
        "nic_details": [{"mac_address": nic.mac_address, **dict.fromkeys(_UNMEASURED)} for nic in server.nics],
        "disk_details": [disk],
    }
