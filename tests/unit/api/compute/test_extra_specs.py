"""Which extra specs pass from 2.86 on, and in what words others are refused."""

from __future__ import annotations

import pytest

from nova_lite.api.compute import extra_specs
from nova_lite.core.errors import Invalid

GOOD = [
    ("hw:cpu_policy", "dedicated"), ("hw:cpu_realtime_mask", "^0-1"), ("hw:cpu_dedicated_mask", "0-3,^2,7"),
    ("hw:numa_nodes", "1"), ("hw:numa_cpus.0", "0,1"), ("hw:numa_mem.12", "512"), ("hw:mem_page_size", "2MB"),
    ("hw:mem_page_size", "large"), ("hw:mem_page_size", "2048"), ("hw:boot_menu", "True"), ("hw:pmu", "no"),
    ("hw:pmem", "4GB,16GB"), ("hw:redirected_usb_ports", "15"), ("hw:tpm_version", "2.0"), ("hw:viommu_model", "auto"),
    ("hw_rng:rate_bytes", "0"), ("hw_video:ram_max_mb", "64"), ("os:secure_boot", "required"),
    ("quota:cpu_quota", "-1"), ("quota:disk_total_iops_sec", "100"), ("quota:vif_shares_level", "custom"),
    ("resources:VCPU", "0"), ("resources1:CUSTOM_BAREMETAL", "1"), ("resources_disk-2:DISK_GB", "5"),
    ("trait:HW_CPU_X86_AVX2", "required"), ("trait_net:CUSTOM_FAST", "forbidden"),
    ("accel:device_profile", "any words"), ("capabilities:vcpus", ">= 4"),
    ("capabilities:cpu_info:topology:cores", "2"),
    ("aggregate_instance_extra_specs:ssd", "<or> true <or> yes"), ("aggregate_instance_extra_specs:a:b", "1"),
    ("pci_passthrough:alias", "gpu:2, nic:1"), ("vmware:hw_version", "vmx-13"), ("hide_hypervisor_id", "true"),
    ("group_policy", "none"), ("free", "for all"), ("mine:cpu_policy", "whatever"), ("powervm:min_mem", "x"),
]
BAD = [
    ("hw:cpu_policy", "sharp", "is not one of: dedicated, shared, mixed"),
    ("hw:cpu_realtime_mask", "0-", "is not a list of CPUs"),
    ("hw:numa_nodes", "0", "is less than 1"),
    ("hw:numa_nodes", "many", "is not a whole number"),
    ("hw:numa_nodes", "1.5", "is not a whole number"),
    ("hw:numa_mem.0", "-5", "is less than 1"),
    ("hw:numa_cpus.0", "first", "is not a list of CPUs"),
    ("hw:mem_page_size", "big", "is not large, small, any or a size"),
    ("hw:boot_menu", "maybe", "is not a boolean"),
    ("hw:redirected_usb_ports", "16", "is more than 15"),
    ("hw_rng:rate_period", "-1", "is less than 0"),
    ("os:secure_boot", "optional", "is not one of: disabled, required"),
    ("quota:disk_read_bytes_sec", "-1", "is less than 0"),
    ("quota:cpu_shares_level", "highest", "is not one of: custom, high, normal, low"),
    ("resources:VCPU", "two", "is not a whole number"),
    ("trait:HW_CPU_X86_AVX2", "wanted", "is not one of: required, forbidden"),
    ("pci_passthrough:alias", "gpu", "is not a list of aliases"),
    ("hide_hypervisor_id", "2", "is not a boolean"),
    ("group_policy", "soft", "is not one of: isolate, none"),
]
UNKNOWN = [
    "hw:cpu_policies", "hw:numa_cpus.x", "hw:numa_cpus", "hw:", "hw_rng:speed", "quota:cpu", "os:type", "accel:x",
    "capabilities:vcpus:x", "capabilities:colour", "resources:GPU", "resources1:CUSTOM_small", "trait:HW_CPU_X86_NONE",
    "traits:HW_CPU_X86_AVX2_", "pci_passthrough:device", "vmware:x", "aggregate_instance_extra_specs:",
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_a_good_spec_passes(name: str, value: str) -> None:
    extra_specs.check({name: value})


@pytest.mark.parametrize(("name", "value", "rule"), BAD)
def test_a_bad_value_is_refused_by_name_and_rule(name: str, value: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        extra_specs.check({"free": "x", name: value})
    assert f"extra spec {name}: '{value}' {rule}" in refused.value.message
    assert refused.value.details == {"field": name}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_name_in_a_namespace_of_nova_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="Nova knows none of this name"):
        extra_specs.check({name: "1"})
