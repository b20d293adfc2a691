"""The labs of libvirt: its test driver, which has no files, and QEMU with real guests."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import libvirt
import msgspec
from msgspec.structs import replace

from nova_lite.core.clock import SystemClock
from nova_lite.core.ids import new_uuid
from nova_lite.network.ports import new_mac
from nova_lite.objects.nic import Nic
from nova_lite.virt.capabilities import CapableDriver
from nova_lite.virt.driver import DomainNotFound, GuestSpec
from nova_lite.virt.libvirt.driver import LibvirtDriver
from nova_lite.virt.libvirt.settings import LibvirtSettings
from tests.builders.guests import a_nic, a_spec, an_image, an_instance
from tests.contract.virt import tiny_guest
from tests.contract.virt.lab import Recorder, until


class LibvirtLab:
    """What both have in common. Every lab has an owner of its own and ends what it started."""

    has_console = False
    has_disks = False
    has_deaf_guests = False

    def __init__(self, uri: str, directory: Path) -> None:
        self.uri = uri
        self.directory = directory
        self.owner = new_uuid()
        self.settings = LibvirtSettings(
            instances_path=directory / "instances", uri=uri, virt_type="qemu", shutdown_repeat=0.5,
            detach_timeout=1.0, graphics=True,
        )
        self.driver: CapableDriver = self.another_driver()
        self.events = Recorder()
        self.driver.setup(self.events)
        self.other_connection = libvirt.open(uri)

    def close(self) -> None:
        self.driver.close()
        last = self.another_driver()
        last.setup(self.events)
        for domain in last.list_domains():
            last.destroy(domain.uuid)
        last.close()
        self.other_connection.close()

    def another_driver(self) -> CapableDriver:
        return LibvirtDriver(self.settings, self.owner, SystemClock())

    def leftovers(self, uuid: str) -> list[str]:
        domains = [domain.name() for domain in self.other_connection.listAllDomains() if domain.UUIDString() == uuid]
        return domains + [str(path) for path in (self.directory / "instances").glob(f"{uuid}*")]

    def write_image(self, name: str, content: bytes) -> Path:
        path = self.directory / name
        path.write_bytes(content)
        return path

    def name_of(self, uuid: str) -> str:
        """What libvirt calls the guest."""
        return str(self.other_connection.lookupByUUIDString(uuid).name())

    def memory_mb(self, uuid: str) -> int:
        return int(self.other_connection.lookupByUUIDString(uuid).maxMemory()) // 1024

    def disks(self, uuid: str) -> list[str]:
        xml = ET.fromstring(self.other_connection.lookupByUUIDString(uuid).XMLDesc())
        return [str(serial.text) for serial in xml.findall("devices/disk/serial")]

    def a_card(self) -> Nic:
        return a_nic(id=new_uuid(), mac_address=new_mac())

    def cards(self, uuid: str) -> list[str]:
        xml = ET.fromstring(self.other_connection.lookupByUUIDString(uuid).XMLDesc())
        return [mac.attrib["address"] for mac in xml.findall("devices/interface/mac")]

    def define_foreign(self, uuid: str, name: str) -> None:
        """A domain that somebody else made."""
        kind = "test" if self.uri.startswith("test") else "qemu"
        self.other_connection.defineXML(
            f"<domain type='{kind}'><name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>16</memory>"
            "<os><type>hvm</type></os></domain>"
        )

    def foreign_domains(self) -> list[str]:
        """The names of all domains that this lab's driver did not make."""
        return [domain.name() for domain in self.other_connection.listAllDomains()]

    def remove_foreign(self, uuid: str) -> None:
        self.other_connection.lookupByUUIDString(uuid).undefine()


class TestDriverLab(LibvirtLab):
    """``test:///default`` lives in this process: every connection sees the same domains."""

    __test__ = False

    def a_guest(self, deaf: bool = False) -> GuestSpec:
        return a_spec()

    def a_guest_that_cannot_start(self) -> GuestSpec:
        spec = a_spec()
        self.define_foreign(new_uuid(), spec.instance.name)
        return spec

    def power_off_inside(self, uuid: str) -> None:
        self.other_connection.lookupByUUIDString(uuid).shutdown()

    def wait_until_up(self, uuid: str) -> None:
        """Its guests are up at once."""


class QemuLab(LibvirtLab):
    """Real guests of one boot sector. It knows nothing of devices that come and go."""

    has_console = True
    _bridge = ""
    has_disks = True
    has_deaf_guests = True

    def a_guest(self, deaf: bool = False) -> GuestSpec:
        return self._guest_of(tiny_guest.disk_image(deaf))

    def a_talkative_guest(self) -> GuestSpec:
        """One that says more than a log holds before it says that it is up."""
        return self._guest_of(tiny_guest.talkative_image())

    def _guest_of(self, disk: bytes) -> GuestSpec:
        raw = self.write_image(f"{new_uuid()}.raw", disk)
        image = raw.with_suffix(".qcow2")
        subprocess.run(["qemu-img", "convert", "-O", "qcow2", raw, image], check=True)
        return a_spec(an_instance(image=an_image("qcow2")), image)

    def a_guest_that_cannot_start(self) -> GuestSpec:
        spec = self.a_guest()
        nic = a_nic(kind="bridge", bridge="no-such-bridge")
        return msgspec.structs.replace(spec, instance=msgspec.structs.replace(spec.instance, nics=(nic,)))

    def a_card(self) -> Nic:
        if not self._bridge:
            self._bridge = f"brqtest{new_uuid()[:8]}"
            subprocess.run(["ip", "link", "add", self._bridge, "type", "bridge"], check=True)
        return replace(super().a_card(), kind="bridge", bridge=self._bridge)

    def close(self) -> None:
        super().close()
        if self._bridge:
            subprocess.run(["ip", "link", "del", self._bridge], check=True)

    def power_off_inside(self, uuid: str) -> None:
        domain = self.other_connection.lookupByUUIDString(uuid)
        source = ET.fromstring(domain.XMLDesc()).find("devices/serial/source")
        assert source is not None
        # QEMU looks once a second whether somebody holds the terminal, and reads only then.
        with open(source.attrib["path"], "wb", buffering=0) as terminal:
            terminal.write(tiny_guest.POWER_OFF)
            until(lambda: not domain.isActive(), "the guest powers itself off")

    def wait_until_up(self, uuid: str) -> None:
        until(lambda: b"login: " in self._console(uuid), "a login prompt")  # whole: nothing is said after it

    def _console(self, uuid: str) -> bytes:
        try:
            return self.driver.console_output(uuid, 100_000)
        except DomainNotFound:
            return b""
