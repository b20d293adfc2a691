"""``<devices>``: disks, interfaces, console and the small ones."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from nova_lite.virt.libvirt.plan import DiskPlan, GuestPlan, NicPlan
from nova_lite.virt.libvirt.xml.elements import element
from nova_lite.virt.libvirt.xml.passthrough import alias

BALLOON_PERIOD = 10  # seconds between memory statistics


def devices(plan: GuestPlan) -> ET.Element:
    """All devices of a guest; a domain of the test driver has none."""
    made = element("devices")
    if plan.domain_type != "test":
        made.extend(_controllers(plan))
        made.extend(_disk(disk) for disk in plan.disks)
        made.extend(interface(nic, index) for index, nic in enumerate(plan.nics))
        made.extend(_console(plan))
        made.extend(_graphics(plan))
        made.extend(_small(plan))
    return made


def _controllers(plan: GuestPlan) -> list[ET.Element]:
    ports: list[ET.Element] = []
    if plan.root_ports:
        # A root port takes one device. libvirt would make as many as there are devices now, and none for later.
        ports = [element("controller", type="pci", index=0, model="pcie-root")]
        ports += [element("controller", type="pci", model="pcie-root-port") for _ in range(plan.root_ports)]
    return [*ports, element("controller", type="usb", model="none")]


def _disk(disk: DiskPlan) -> ET.Element:
    driver = {"name": "qemu", "type": disk.format}
    if disk.cache:
        driver["cache"] = disk.cache
    if not disk.read_only:
        driver["discard"] = "unmap"
    return element(
        "disk",
        element("driver", **driver),
        element("source", file=str(disk.path)),
        element("target", dev=disk.target, bus=disk.bus),
        element("readonly") if disk.read_only else None,
        element("serial", disk.serial),
        type="file", device="disk",
    )


def interface(nic: NicPlan, index: int = 0) -> ET.Element:
    """One card; ``index`` tells those apart whose network goes past libvirt."""
    bridged = nic.kind == "bridge"
    return element(
        "interface",
        element("mac", address=nic.mac_address),
        element("source", bridge=nic.bridge) if bridged else None,
        element("target", dev=nic.tap) if bridged else None,
        element("model", type=nic.model),
        element("mtu", size=nic.mtu) if nic.mtu else None,
        element("alias", name=alias(index)) if nic.slirp else None,
        element("rom", enabled="no"),
        type=nic.kind,
    )


def _console(plan: GuestPlan) -> list[ET.Element]:
    if plan.console_log is None:
        return []
    serial = element(
        "serial",
        element("log", file=str(plan.console_log), append="on"),
        element("target", type="isa-serial", port=0),
        type="pty",
    )
    return [serial, element("console", element("target", type="serial", port=0), type="pty")]


def _graphics(plan: GuestPlan) -> list[ET.Element]:
    if not plan.graphics:
        return []
    return [
        # Reached through libvirt only: a port of the host would be open to everybody on it.
        element("graphics", element("listen", type="none"), type="vnc"),
        element("video", element("model", type="vga", vram=16384)),
    ]


def _small(plan: GuestPlan) -> list[ET.Element]:
    made = [element("memballoon", element("stats", period=BALLOON_PERIOD), model="virtio")]
    if plan.rng_device:
        made.append(element("rng", element("backend", plan.rng_device, model="random"), model="virtio"))
    if plan.agent:
        target = element("target", type="virtio", name="org.qemu.guest_agent.0")
        made.append(element("channel", target, type="unix"))
    return made
