"""The extra specs that Nova knows, and what their values must be; checked from microversion 2.86 on.

Source of names, kinds and limits: Nova's configuration reference, "Extra Specs". A name in a namespace that Nova has
must be one that it knows; a name without a namespace, or in one of an operator's own, may be anything.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from nova_lite.api.compute.extra_spec_rules import Rule, anything, boolean, form, one_of, whole
from nova_lite.core.errors import Invalid

_CPUS = form(r"\^?[0-9]+(-[0-9]+)?(,\^?[0-9]+(-[0-9]+)?)*", "a list of CPUs like 0-3,^2")
_POSITIVE, _NOT_NEGATIVE = whole(1), whole(0)
_TRAIT = one_of("required", "forbidden")

_HW: Mapping[str, Rule] = {
    "cpu_policy": one_of("dedicated", "shared", "mixed"),
    "cpu_thread_policy": one_of("prefer", "isolate", "require"),
    "emulator_threads_policy": one_of("isolate", "share"),
    "cpu_dedicated_mask": _CPUS,
    "cpu_realtime": boolean,
    "cpu_realtime_mask": _CPUS,
    **dict.fromkeys(("cpu_sockets", "cpu_cores", "cpu_threads"), _POSITIVE),
    **dict.fromkeys(("cpu_max_sockets", "cpu_max_cores", "cpu_max_threads"), _POSITIVE),
    "numa_nodes": _POSITIVE,
    "pci_numa_affinity_policy": one_of("required", "preferred", "legacy", "socket"),
    "mem_page_size": form(r"large|small|any|[0-9]+([kKMGT]i?)?(b|bit|B)?", "large, small, any or a size like 2MB"),
    "locked_memory": boolean,
    "mem_encryption": boolean,
    "mem_encryption_model": one_of("amd-sev", "amd-sev-es", "amd-sev-snp", "intel-tdx"),
    "hide_hypervisor_id": boolean,
    "boot_menu": boolean,
    "vif_multiqueue_enabled": boolean,
    "virtio_packed_ring": boolean,
    "pmem": form(r"[a-zA-Z0-9_]+(,[a-zA-Z0-9_]+)*,?", "a list of labels like 4GB,16GB"),
    "pmu": boolean,
    "serial_port_count": _NOT_NEGATIVE,
    "redirected_usb_ports": whole(0, 15),
    "tpm_model": one_of("tpm-tis", "tpm-crb"),
    "tpm_version": one_of("1.2", "2.0"),
    "tpm_secret_security": one_of("user", "host", "deployment"),
    "watchdog_action": one_of("none", "pause", "poweroff", "reset", "disabled"),
    "viommu_model": one_of("intel", "smmuv3", "virtio", "auto"),
    "sound_model": one_of("sb16", "es1370", "pcspk", "ac97", "ich6", "ich9", "usb", "virtio"),
    "usb_model": one_of("none", "qemu-xhci", "nec-xhci"),
    "maxphysaddr_mode": one_of("passthrough", "emulate"),
    "maxphysaddr_bits": _NOT_NEGATIVE,
    "ephemeral_encryption": boolean,
    "ephemeral_encryption_format": one_of("plain", "luks", "luksv2"),
}

_QUOTA: Mapping[str, Rule] = {
    **{f"{what}_{key}": rule for what in ("cpu", "memory", "disk_io", "vif") for key, rule in (
        ("limit", _NOT_NEGATIVE), ("reservation", whole()), ("shares_share", _NOT_NEGATIVE),
        ("shares_level", one_of("custom", "high", "normal", "low")),
    )},
    **dict.fromkeys(("cpu_shares", "cpu_period"), _NOT_NEGATIVE),
    "cpu_quota": whole(),  # below zero there is no limit
    **{f"disk_{way}_{unit}_sec": _NOT_NEGATIVE for way in ("read", "write", "total") for unit in ("bytes", "iops")},
    **{f"vif_{way}_{rate}": _NOT_NEGATIVE for way in ("inbound", "outbound") for rate in ("average", "peak", "burst")},
}

# What the filter ComputeCapabilitiesFilter finds of a host; of some a part may be named, behind colons.
_CAPABILITIES = (
    "id|uuid|service_id|host|vcpus|memory_mb|local_gb|vcpus_used|memory_mb_used|local_gb_used|hypervisor_type|"
    "hypervisor_version|hypervisor_hostname|free_ram_mb|free_disk_gb|current_workload|running_vms|"
    "disk_available_least|host_ip|mapped|cpu_allocation_ratio|ram_allocation_ratio|disk_allocation_ratio|"
    "total_usable_ram_mb|total_usable_disk_gb|disk_mb_used|free_disk_mb|vcpus_total|num_instances|num_io_ops|"
    "failed_builds|aggregates|cell_uuid|updated|"
    r"(cpu_info|metrics|stats|numa_topology|supported_hv_specs|pci_device_pools|nodename|pci_stats|supported_instances|"
    r"limits|instances)(:\w+)*"
)
# The standard classes of os-resource-classes 1.1.0, and an operator's own.
_RESOURCES = (
    "VCPU|PCPU|MEMORY_MB|DISK_GB|PCI_DEVICE|SRIOV_NET_VF|NUMA_(SOCKET|CORE|THREAD|MEMORY_MB)|IPV4_ADDRESS|VGPU|"
    "VGPU_DISPLAY_HEAD|FPGA|PGPU|MEM_ENCRYPTION_CONTEXT|NET_BW_(EGR|IGR)_KILOBIT_PER_SEC|"
    "NET_PACKET_RATE_((EGR|IGR)_)?KILOPACKET_PER_SEC|CUSTOM_[A-Z0-9_]+"
)

_NAMES: Mapping[str, Mapping[str, Rule]] = {
    "": {"hide_hypervisor_id": boolean, "group_policy": one_of("isolate", "none")},
    "accel": {"device_profile": anything},
    "hw": _HW,
    "hw_rng": {"allowed": boolean, "rate_bytes": _NOT_NEGATIVE, "rate_period": _NOT_NEGATIVE},
    "hw_video": {"ram_max_mb": _NOT_NEGATIVE},
    "os": {"secure_boot": one_of("disabled", "required")},
    "pci_passthrough": {
        "alias": form(r"[^:,]+:[0-9]+(\s*,\s*[^:,]+:[0-9]+)*", "a list of aliases with numbers like gpu:2,nic:1"),
    },
    "quota": _QUOTA,
    "vmware": {"hw_version": anything, "storage_policy": anything},
}
# Names by their forms, below their namespaces.
_PATTERNS: Mapping[str, tuple[tuple[str, Rule], ...]] = {
    "aggregate_instance_extra_specs": ((".+", anything),),
    "capabilities": ((_CAPABILITIES, anything),),
    "hw": ((r"numa_cpus\.[0-9]+", _CPUS), (r"numa_mem\.[0-9]+", _POSITIVE)),
    "resources": ((_RESOURCES, whole()),),
    "trait": (("CUSTOM_[A-Z0-9_]+", _TRAIT),),
}
# A request in parts has namespaces like resources1 and trait_disk.
_GROUPED = re.compile("(resources|trait)[a-zA-Z0-9_-]{1,64}")


def check(specs: Mapping[str, str]) -> None:
    """Accept extra specs, or say what is wrong with one of them.

    :raises Invalid: the message names the spec and its rule; details: field.
    """
    for name, value in specs.items():
        namespace, _, key = name.partition(":") if ":" in name else ("", "", name)
        grouped = _GROUPED.fullmatch(namespace)
        space = grouped[1] if grouped else namespace
        if space not in _NAMES and space not in _PATTERNS:
            continue
        rule = _rule(space, key)
        if rule is None and namespace:
            raise Invalid(f"Invalid extra spec {name}: Nova knows none of this name in the namespace {namespace}.",
                          field=name)
        wrong = rule(value) if rule else None
        if wrong:
            raise Invalid(f"Invalid value for extra spec {name}: '{value}' {wrong}.", field=name)


def _rule(space: str, key: str) -> Rule | None:
    exact = _NAMES.get(space, {}).get(key)
    if exact is not None:
        return exact
    if space == "trait" and key in _traits():
        return _TRAIT
    return next((rule for pattern, rule in _PATTERNS.get(space, ()) if re.fullmatch(pattern, key)), None)


@functools.cache
def _traits() -> frozenset[str]:
    """The standard traits."""
    import os_traits  # type: ignore[import-untyped, unused-ignore]  # forty modules, which few processes ever need

    return frozenset(os_traits.get_traits())
