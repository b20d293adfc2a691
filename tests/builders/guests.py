"""Instances, flavors and images to boot from."""

from __future__ import annotations

import struct
from pathlib import Path

import msgspec

from nova_lite.core.ids import new_uuid
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance
from nova_lite.objects.nic import Nic, NicSubnet
from nova_lite.virt.driver import GuestSpec

NOW = 1_700_000_000.0


def a_flavor(vcpus: int = 1, memory_mb: int = 64, root_gb: int = 1) -> Flavor:
    return Flavor(flavorid="1", name="m1.test", vcpus=vcpus, memory_mb=memory_mb, root_gb=root_gb)


def an_image(disk_format: str = "qcow2", **properties: str) -> ImageMeta:
    return ImageMeta(
        id="70a599e0-31e7-49b7-b260-868f441e862b", name="test", disk_format=disk_format, properties=properties
    )


def a_nic(**changes: object) -> Nic:
    nic = Nic(
        id="ce531f90-199f-48c0-816c-13e38010b442", mac_address="fa:16:3e:4c:2c:30", addresses=("10.0.2.15",)
    )
    return msgspec.structs.replace(nic, **changes)


def a_nic_at(*addresses: str, cidr: str, gateway: str = "", **changes: object) -> Nic:
    """A nic with these addresses of one subnet."""
    subnets = tuple(NicSubnet(address=address, cidr=cidr, gateway=gateway) for address in addresses)
    return a_nic(addresses=addresses, subnets=subnets, **changes)


def an_instance(uuid: str | None = None, **changes: object) -> Instance:
    instance = Instance(
        uuid=uuid or new_uuid(), project_id="6f70656e737461636b20342065766572", user_id="fake", display_name="demo",
        hostname="demo", flavor=a_flavor(), image=an_image(), nics=(a_nic(),), created_at=NOW, updated_at=NOW,
    )
    return msgspec.structs.replace(instance, **changes)


def a_spec(instance: Instance | None = None, image_path: Path | None = None) -> GuestSpec:
    return GuestSpec(instance=instance or an_instance(), image_path=image_path)


def qcow2_header(
    size: int = 1 << 20, version: int = 3, backing: int = 0, cluster_bits: int = 16, incompatible: int = 0
) -> bytes:
    """The first bytes of a qcow2 image; enough to be recognised, not to be read."""
    head = struct.pack(">4sIQIIQ", b"QFI\xfb", version, backing, 10 if backing else 0, cluster_bits, size)
    return head.ljust(72, b"\0") + struct.pack(">QQQII", incompatible, 0, 0, 4, 104) + bytes(400)
