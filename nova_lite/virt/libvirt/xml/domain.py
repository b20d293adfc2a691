"""``<domain>``: the whole document."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from nova_lite.virt.libvirt.plan import CpuPlan, GuestPlan, NicPlan
from nova_lite.virt.libvirt.xml.devices import devices, interface
from nova_lite.virt.libvirt.xml.elements import element, text
from nova_lite.virt.libvirt.xml.metadata import metadata
from nova_lite.virt.libvirt.xml.passthrough import passthrough


def render(plan: GuestPlan) -> str:
    """The domain's XML."""
    instance = plan.instance
    real = plan.domain_type != "test"
    return text(element(
        "domain",
        element("name", instance.name),
        element("uuid", instance.uuid),
        metadata(plan),
        element("memory", str(instance.flavor.memory_mb), unit="MiB"),
        element("vcpu", str(instance.flavor.vcpus)),
        _sysinfo(plan) if real else None,
        _os(plan),
        element("features", element("acpi"), element("apic")) if real else None,
        _cpu(plan.cpu),
        _clock() if real else None,
        element("on_poweroff", "destroy"),
        element("on_reboot", "restart"),
        element("on_crash", "destroy"),
        devices(plan),
        *passthrough(plan.nics),
        type=plan.domain_type,
    ))


def render_card(nic: NicPlan) -> str:
    """The XML of one interface."""
    return text(interface(nic))


def _os(plan: GuestPlan) -> ET.Element:
    if plan.domain_type == "test":
        return element("os", element("type", "hvm"))
    return element(
        "os",
        element("type", "hvm", arch=plan.arch, machine=plan.machine),
        element("boot", dev="hd"),
        element("smbios", mode="sysinfo"),
    )


def _sysinfo(plan: GuestPlan) -> ET.Element:
    """What the guest reads from its firmware; cloud-init knows an OpenStack guest by the product's name."""
    entries = {
        "manufacturer": "nova-lite", "product": "OpenStack Compute", "version": plan.version,
        "serial": plan.instance.uuid, "uuid": plan.instance.uuid, "family": "Virtual Machine",
    }
    system = element("system", *(element("entry", value, name=name) for name, value in entries.items()))
    return element("sysinfo", system, type="smbios")


def _cpu(cpu: CpuPlan) -> ET.Element | None:
    if not cpu.mode:
        return None
    model = element("model", cpu.model) if cpu.model else None
    return element("cpu", model, mode=cpu.mode)


def _clock() -> ET.Element:
    return element(
        "clock",
        element("timer", name="rtc", tickpolicy="catchup"),
        element("timer", name="pit", tickpolicy="delay"),
        element("timer", name="hpet", present="no"),
        offset="utc",
    )
