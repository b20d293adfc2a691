"""Golden files: what libvirt is told, word for word. After a deliberate change:

    NOVA_LITE_WRITE_GOLDEN=1 .venv/bin/pytest tests/unit/virt/libvirt/test_xml.py
"""

import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from nova_lite.virt.libvirt import plan
from nova_lite.virt.libvirt.plan import DomainType, HostTraits, InstanceFiles
from nova_lite.virt.libvirt.settings import LibvirtSettings
from nova_lite.virt.libvirt.xml import render
from nova_lite.virt.libvirt.xml.metadata import NAMESPACE
from tests.builders.guests import a_nic, a_nic_at, a_spec, an_image, an_instance

GOLDEN = Path(__file__).parent / "golden"
UUID = "b8e2a6c0-5f3c-4e63-9d1f-3a0d6f5c1e11"


def rendered(
    domain_type: DomainType = "qemu", settings: LibvirtSettings | None = None, config_drive: bool = False,
    **changes: object,
) -> str:
    files = InstanceFiles(Path("/i/disk"), Path("/i/disk.config") if config_drive else None, Path("/i/console.log"))
    host = HostTraits(domain_type=domain_type, arch="x86_64", owner="0d4f5a34-owner", version="1.2.3")
    spec = a_spec(an_instance(UUID, **changes))
    return render(plan.make(spec, host, files, settings or LibvirtSettings(instances_path=Path("/i"))))


def guests() -> dict[str, str]:
    return {
        "emulated": rendered(),
        "kvm_bridge_vnc_config_drive": rendered(
            "kvm",
            LibvirtSettings(instances_path=Path("/i"), graphics=True),
            config_drive=True,
            nics=(a_nic(kind="bridge", bridge="br-int", mtu=1450),),
        ),
        "pc_sata_custom_cpu": rendered(
            settings=LibvirtSettings(
                instances_path=Path("/i"), machine_type="pc", cpu_mode="custom", cpu_model="Nehalem"
            ),
            image=an_image(hw_disk_bus="sata", hw_vif_model="rtl8139", hw_qemu_guest_agent="no"),
        ),
        "agent": rendered(image=an_image(hw_qemu_guest_agent="yes")),
        "addresses_of_their_own": rendered(nics=(
            a_nic_at("10.1.0.2", cidr="10.1.0.0/20", gateway="10.1.0.1"), a_nic(addresses=("10.1.0.9",)),
        )),
        "test_driver": rendered("test"),
    }


@pytest.mark.parametrize("name", guests())
def test_the_document_is_the_golden_one(name: str) -> None:
    golden = GOLDEN / f"{name}.xml"
    if os.environ.get("NOVA_LITE_WRITE_GOLDEN"):
        golden.write_text(guests()[name], encoding="utf-8")
    assert guests()[name] == golden.read_text(encoding="utf-8")


def test_the_owners_mark_can_be_read_back() -> None:
    mark = ET.fromstring(rendered()).find(f"metadata/{{{NAMESPACE}}}instance")
    assert mark is not None
    assert mark.attrib == {"uuid": UUID, "owner": "0d4f5a34-owner"}


def test_names_cannot_break_the_document() -> None:
    document = ET.fromstring(rendered(display_name="</domain> & \x00\x1b \N{SNOWMAN}"))
    assert "</domain> & ?? \N{SNOWMAN}" in "".join(document.itertext())
