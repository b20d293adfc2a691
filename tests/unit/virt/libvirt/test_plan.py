from pathlib import Path

import pytest

from nova_lite.virt.driver import ImageUnacceptable
from nova_lite.virt.libvirt import plan
from nova_lite.virt.libvirt.plan import CpuPlan, DomainType, GuestPlan, HostTraits, InstanceFiles
from nova_lite.virt.libvirt.settings import LibvirtSettings
from tests.builders.guests import a_nic, a_spec, an_image, an_instance

FILES = InstanceFiles(Path("/i/disk"), Path("/i/disk.config"), Path("/i/console.log"))
SETTINGS = LibvirtSettings(instances_path=Path("/i"))


def planned(
    settings: LibvirtSettings = SETTINGS, domain_type: DomainType = "qemu", files: InstanceFiles = FILES,
    properties: dict[str, str] | None = None,
) -> GuestPlan:
    host = HostTraits(domain_type=domain_type, arch="x86_64", owner="owner-uuid", version="1.2.3")
    instance = an_instance(image=an_image(**properties or {}), nics=(a_nic(), a_nic(kind="bridge", bridge="br0")))
    return plan.make(a_spec(instance), host, files, settings)


def test_the_root_disk_comes_first_and_the_config_drive_last() -> None:
    root, drive = planned().disks
    assert (root.path, root.format, root.target, root.read_only) == (Path("/i/disk"), "qcow2", "vda", False)
    assert (drive.path, drive.format, drive.target, drive.read_only) == (Path("/i/disk.config"), "raw", "vdz", True)


def test_a_rescued_guest_boots_from_its_rescue_disk_and_has_its_own_as_the_second() -> None:
    files = InstanceFiles(Path("/i/disk"), Path("/i/disk.config"), Path("/i/console.log"), Path("/i/disk.rescue"))
    disks = [(disk.path.name, disk.target, disk.serial) for disk in planned(files=files).disks]
    assert disks == [("disk.rescue", "vda", "rescue"), ("disk", "vdb", "root"), ("disk.config", "vdz", "config-2")]


def test_what_an_instance_does_not_have_is_left_out() -> None:
    assert planned(files=InstanceFiles(None, None, Path("/i/console.log"))).disks == ()


def test_nics_join_their_network() -> None:
    user, bridge = planned().nics
    assert (user.kind, user.bridge, user.tap, user.mtu) == ("user", "", "", 0)
    assert (bridge.kind, bridge.bridge, bridge.tap, bridge.mtu) == ("bridge", "br0", "tapce531f90-19", 1500)


@pytest.mark.parametrize(
    ("mode", "domain_type", "cpu"),
    [
        ("", "qemu", CpuPlan()),
        ("", "kvm", CpuPlan("host-passthrough")),
        ("maximum", "qemu", CpuPlan("maximum")),
    ],
)
def test_the_processor_depends_on_who_runs_the_guest(mode: str, domain_type: DomainType, cpu: CpuPlan) -> None:
    settings = LibvirtSettings(instances_path=Path("/i"), cpu_mode=mode)
    assert planned(settings, domain_type).cpu == cpu


def test_every_device_has_a_slot_and_some_are_spare() -> None:
    settings = LibvirtSettings(instances_path=Path("/i"), spare_ports=2)
    guest = planned(settings)
    assert guest.root_ports == len(guest.disks) + len(guest.nics) + plan.SMALL_DEVICES + 2
    assert planned(properties={"hw_machine_type": "pc"}).root_ports == 0


def test_image_properties_choose_the_hardware() -> None:
    guest = planned(properties={"hw_disk_bus": "sata", "hw_vif_model": "e1000e"})
    assert [disk.target for disk in guest.disks] == ["sda", "sdz"]
    assert {nic.model for nic in guest.nics} == {"e1000e"}


@pytest.mark.parametrize(("said", "channel"), [("yes", True), ("True", True), ("1", True), ("no", False), ("", False)])
def test_the_agents_channel_is_for_images_that_have_one(said: str, channel: bool) -> None:
    assert planned(properties={"hw_qemu_guest_agent": said}).agent is channel
    assert not planned().agent


@pytest.mark.parametrize("name", ["hw_disk_bus", "hw_vif_model"])
def test_unknown_hardware_is_refused_by_name(name: str) -> None:
    with pytest.raises(ImageUnacceptable, match=f"{name} is 'floppy'"):
        planned(properties={name: "floppy"})


def test_the_test_drivers_domains_touch_nothing_of_the_host() -> None:
    guest = planned(domain_type="test")
    assert (guest.disks, guest.nics, guest.console_log, guest.rng_device, guest.agent) == ((), (), None, "", False)
