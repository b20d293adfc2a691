"""The config drive: what a guest must know of itself, as a small read-only disk.

Layout and documents are those of OpenStack's config drive, version ``latest``, as cloud-init reads them (its
documentation, "Config Drive" data source): an ISO 9660 volume labelled ``config-2``.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
from pathlib import Path

import msgspec

from nova_lite.core.ids import new_hex
from nova_lite.objects.instance import Instance
from nova_lite.objects.nic import Nic, NicSubnet
from nova_lite.virt import iso9660
from nova_lite.virt.driver import VirtError

Json = dict[str, object]

LABEL = "config-2"
FILE, RESCUE_FILE = "disk.config", "disk.config.rescue"  # in the instance's directory; the latter while it is rescued
SEED_WORDS = 16  # of 16 bytes each
TAP_NAME = 14  # characters of a tap device's name, which Neutron cuts from the port's id


def documents(instance: Instance, seed: bytes, admin_pass: str | None = None) -> dict[str, bytes]:
    """The files of the drive by their path on it. ``seed`` feeds the guest's random number generator.

    ``admin_pass``: the password that the guest is to give its administrator, if it cares.

    :raises VirtError: the record's user data is not base64.
    """
    password: Json = {} if admin_pass is None else {"admin_pass": admin_pass}
    files = {
        "openstack/latest/meta_data.json": msgspec.json.encode(meta_data(instance, seed) | password),
        "openstack/latest/network_data.json": msgspec.json.encode(network_data(instance.nics)),
        "openstack/latest/vendor_data.json": b"{}",
    }
    if instance.user_data:
        files["openstack/latest/user_data"] = user_data(instance)
    for number, file in enumerate(instance.files):
        files[f"openstack{_content_path(number)}"] = base64.b64decode(file.contents)
    return files


def _content_path(number: int) -> str:
    return f"/content/{number:04}"


def meta_data(instance: Instance, seed: bytes) -> Json:
    """The instance's own record."""
    document: Json = {
        "uuid": instance.uuid, "name": instance.display_name, "hostname": instance.hostname,
        "project_id": instance.project_id, "launch_index": instance.launch_index,
        "availability_zone": instance.availability_zone or "", "meta": instance.metadata, "devices": [],
        "random_seed": base64.b64encode(seed).decode(),
    }
    if instance.key_name and instance.key_data:
        document["public_keys"] = {instance.key_name: instance.key_data}
        document["keys"] = [{"name": instance.key_name, "type": "ssh", "data": instance.key_data}]
    if instance.files:
        document["files"] = [
            {"path": file.path, "content_path": _content_path(number)} for number, file in enumerate(instance.files)
        ]
    return document


def network_data(nics: tuple[Nic, ...]) -> Json:
    """Links and networks. A guest is told its addresses on its network, but for those of version 6 without a mode."""
    links = [
        {
            "id": tap_name(nic), "vif_id": nic.id, "type": "bridge" if nic.kind == "bridge" else "phy",
            "mtu": nic.mtu, "ethernet_mac_address": nic.mac_address,
        }
        for nic in nics
    ]
    networks = [
        {"id": f"network{index}", "link": tap_name(nic), "network_id": nic.network, **how}
        for index, (nic, how) in enumerate((nic, how) for nic in nics for how in _addressing(nic))
    ]
    return {"links": links, "networks": networks, "services": []}


def _addressing(nic: Nic) -> list[Json]:
    """How an interface gets its addresses: one entry for those of version 4, one for each of version 6."""
    six = [subnet for subnet in nic.subnets if subnet.version == 6]
    four: list[Json] = [{"type": "ipv4_dhcp"}] if nic.ipv4 or not six else []
    return four + [{"type": f"ipv6_{subnet.mode}"} if subnet.mode else _static(subnet) for subnet in six]


def _static(subnet: NicSubnet) -> Json:
    routes = [{"network": "::", "netmask": "::", "gateway": subnet.gateway}] if subnet.gateway else []
    netmask = str(ipaddress.IPv6Network(subnet.cidr).netmask)
    return {"type": "ipv6", "ip_address": subnet.address, "netmask": netmask, "routes": routes,
            "services": [{"type": "dns", "address": server} for server in subnet.nameservers]}


def user_data(instance: Instance) -> bytes:
    """What the user wants his guest to read, decoded. Programs that encode break lines."""
    try:
        return base64.b64decode("".join((instance.user_data or "").split()), validate=True)
    except binascii.Error as error:
        raise VirtError(f"instance {instance.uuid}: its user data is not base64", instance=instance.uuid) from error


def tap_name(nic: Nic) -> str:
    """The name of the host's end of an interface."""
    return f"tap{nic.id}"[:TAP_NAME]


def build(instance: Instance, path: Path, admin_pass: str | None = None) -> None:
    """Make the drive at ``path``; it is there whole or not at all. Its directory is made if need be.

    :raises VirtError: the record's user data is not base64.
    """
    seed = bytes.fromhex("".join(new_hex() for _ in range(SEED_WORDS)))
    drive = iso9660.volume(LABEL, documents(instance, seed, admin_pass))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_bytes(drive)
    os.replace(unfinished, path)
