"""From the body of a create to the servers it asks for: every rule that needs more than the schema."""

from __future__ import annotations

import base64
import dataclasses
import ipaddress
import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

from nova_lite.api.compute import disk_config
from nova_lite.api.compute.booleans import truth_or
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Invalid, QuotaExceeded
from nova_lite.core.ids import new_hex, new_uuid
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import InjectedFile, Instance
from nova_lite.objects.key_pair import KeyPair
from nova_lite.objects.nic import Nic
from nova_lite.objects.quota import Quota
from nova_lite.objects.states import TaskState, VmState

Body = Mapping[str, object]

MOST_AT_ONCE = 1000  # servers of one request, whatever the quota: all of them are one transaction

ADMIN_PASS = 12  # characters of a password that nobody chose

# The address that QEMU's user-mode network gives to every guest.
USER_MODE_ADDRESS = "10.0.2.15"


@dataclasses.dataclass(frozen=True)
class Placement:
    """Where a boot may go. ``host`` is set only for those who may choose it."""

    availability_zone: str | None = None
    host: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ingredients:
    """What the body names, found."""

    flavor: Flavor
    image: ImageMeta
    key_pair: KeyPair | None
    placement: Placement
    hints: Mapping[str, object] = dataclasses.field(default_factory=dict)
    files: tuple[InjectedFile, ...] = ()


def counts(body: Body) -> tuple[int, int]:
    """How many servers, at least and at most.

    :raises Invalid: the least is more than the most, or than one request may have.
    """
    least = int(str(body.get("min_count", 1)))
    most = int(str(body.get("max_count", least)))
    if least > most:
        raise Invalid("min_count must be <= max_count", field="min_count")
    if most > 1 and body.get("hostname"):
        raise Invalid("Unable to allocate a single hostname to multiple instances", field="hostname")
    if least > MOST_AT_ONCE:
        raise Invalid(f"min_count must be <= {MOST_AT_ONCE}: one request is one transaction.", field="min_count")
    return least, min(most, MOST_AT_ONCE)


def image_id(body: Body) -> str:
    """The image to boot from: by imageRef, by a block device mapping, or by both when they agree.

    :raises Invalid: there is none, they differ, or the mapping needs what does not exist here (volumes).
    """
    if body.get("block_device_mapping"):
        raise Invalid("Volumes are not available in this cloud: block_device_mapping must not be used.",
                      field="block_device_mapping")
    named = str(body.get("imageRef") or "")
    devices = cast("Sequence[Body]", body.get("block_device_mapping_v2") or ())
    for device in devices:
        _check_device(device)
    boots = [device for device in devices if str(device.get("boot_index")) == "0"]
    if devices and len(boots) != 1:
        raise Invalid("Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping "
                      "combination is not valid.", field="boot_index")
    mapped = str(boots[0].get("uuid") or boots[0].get("image_id") or "") if boots else ""
    if named and mapped and named != mapped:
        raise Invalid("Block Device Mapping is Invalid: imageRef and the device with boot_index 0 name two images.",
                      field="block_device_mapping_v2")
    if boots and not (named and mapped):
        raise Invalid("Block Device Mapping is Invalid: an image is copied to a local device by imageRef and by its "
                      "uuid in the mapping.", field="block_device_mapping_v2")
    if not named:
        raise Invalid("Block Device Mapping is Invalid: You specified more local devices than the limit allows, or no "
                      "image to boot from: imageRef is needed.", field="imageRef")
    return named


def _check_device(device: Body) -> None:
    source, destination = device.get("source_type"), device.get("destination_type", "local")
    if source in ("volume", "snapshot") or destination == "volume":
        raise Invalid("Block Device Mapping is Invalid: volumes are not available in this cloud.",
                      field="block_device_mapping_v2")
    if source != "image":
        raise Invalid("Block Device Mapping is Invalid: only the local device that the image is copied to is "
                      "available in this cloud.", field="source_type")
    if not truth_or(device.get("delete_on_termination"), "delete_on_termination", True):
        raise Invalid("Block Device Mapping is Invalid: a local device goes with its server: delete_on_termination "
                      "must be true.", field="delete_on_termination")


def check_image(image: ImageMeta, flavor: Flavor) -> None:
    """:raises Invalid: the image cannot be booted from, or not with a flavor of this size."""
    if image.status != "active":
        raise Invalid(f"Image {image.id} is not active.", field="imageRef")
    if image.min_ram > flavor.memory_mb:
        raise Invalid("Flavor's memory is too small for requested image.", field="flavorRef")
    needed = max(image.min_disk << 30, image.virtual_size or 0)
    if flavor.root_gb and needed > flavor.root_gb << 30:
        raise Invalid(
            f"Flavor's disk is too small for requested image. Flavor disk is {flavor.root_gb << 30} bytes, image "
            f"needs {needed} bytes.", field="flavorRef",
        )


def refuse_networks(body: Body, project_id: str) -> None:
    """:raises Invalid: the body names networks or security groups, where there is no network service."""
    networks = body.get("networks")
    for network in cast("Sequence[Body]", networks) if isinstance(networks, list) else ():
        if network.get("port"):
            raise Invalid(f"Port id {network['port']} could not be found.", field="port")
        if network.get("uuid"):
            raise Invalid(f"Network {network['uuid']} could not be found.", field="uuid")
        raise Invalid("Bad networks format: a network is named by its uuid or by a port.", field="networks")
    for group in cast("Sequence[Body]", body.get("security_groups") or ()):
        if group.get("name", "default") != "default":
            raise Invalid(f"Security group {group['name']} not found for project {project_id}.",
                          field="security_groups")


def check_extras(body: Body) -> None:
    """:raises Invalid: the body asks for what is not there: validated certificates."""
    if body.get("trusted_image_certificates"):
        raise Invalid("Image certificates cannot be validated in this cloud.", field="trusted_image_certificates")


def files(body: Body, quota: Quota) -> tuple[InjectedFile, ...]:
    """The files of the body's ``personality``.

    :raises Invalid: one has no path or no contents. :raises QuotaExceeded: they are too many, or one is too long.
    """
    given = cast("Sequence[Mapping[str, str]]", body.get("personality") or ())
    if 0 <= quota.injected_files < len(given):
        raise QuotaExceeded("Personality file limit exceeded", resource="injected_files")
    for item in given:
        if not item.get("path") or "contents" not in item:
            raise Invalid("A file of personality has a path and contents.", field="personality")
        if 0 <= quota.injected_file_path_bytes < len(item["path"].encode()):
            raise QuotaExceeded(f"Personality file path exceeds maximum {quota.injected_file_path_bytes}",
                                resource="injected_file_path_bytes")
        if 0 <= quota.injected_file_content_bytes < len(base64.b64decode("".join(item["contents"].split()))):
            raise QuotaExceeded(f"Personality file content exceeds maximum {quota.injected_file_content_bytes}",
                                resource="injected_file_content_bytes")
    return tuple(InjectedFile(path=item["path"], contents="".join(item["contents"].split())) for item in given)


def admin_pass(body: Body) -> str:
    """The administrator's password that the body gives, or a fresh one."""
    return str(body.get("adminPass") or new_hex()[:ADMIN_PASS])


def check_metadata(metadata: Mapping[str, str], limit: int) -> None:
    """:raises QuotaExceeded: there are more items than a server may have."""
    if 0 <= limit < len(metadata):
        raise QuotaExceeded(f"Maximum number of metadata items exceeds {limit}", resource="metadata_items")


def servers(body: Body, found: Ingredients, context: RequestContext, count: int, now: float) -> list[Instance]:
    """The servers, as they are first written down. Of several, each has its number in its name."""
    reservation = f"r-{new_hex()[:8]}"
    return [_server(body, found, context, (index, count, reservation), now) for index in range(count)]


def _server(
    body: Body, found: Ingredients, context: RequestContext, place: tuple[int, int, str], now: float
) -> Instance:
    index, count, reservation = place
    uuid, pair = new_uuid(), found.key_pair
    name = str(body["name"]) if count == 1 else f"{body['name']}-{index + 1}"
    return Instance(
        uuid=uuid,
        project_id=context.project_id,
        user_id=context.user_id,
        display_name=name,
        hostname=str(body.get("hostname") or hostname(name, uuid)),
        flavor=found.flavor,
        image=found.image,
        availability_zone=found.placement.availability_zone,
        vm_state=VmState.BUILDING,
        task_state=TaskState.SCHEDULING,
        description=_text(body.get("description")),
        key_name=pair.name if pair else None,
        key_data=pair.public_key if pair else None,
        user_data=_text(body.get("user_data")),
        config_drive=truth_or(body.get("config_drive") or None, "config_drive", False),
        metadata=dict(cast("Mapping[str, str]", body.get("metadata") or {})),
        disk_config=disk_config.of_new(body, found.image),
        pinned_zone=found.placement.availability_zone,
        hints={name: _texts(value) for name, value in found.hints.items()},
        files=found.files,
        tags=tuple(dict.fromkeys(cast("Sequence[str]", body.get("tags") or ()))),
        nics=() if body.get("networks") in ("none", []) else (_nic(),),
        reservation_id=reservation,
        launch_index=index,
        access_ip_v4=str(body.get("accessIPv4") or ""),
        access_ip_v6=shortest(str(body.get("accessIPv6") or "")),
        created_at=now,
        updated_at=now,
    )


def shortest(address: str) -> str:
    """An address of version 6 as it is to be written (RFC 5952); nothing stays nothing."""
    return ipaddress.IPv6Address(address).compressed if address else ""


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(item if isinstance(item, str) else json.dumps(item) for item in values)


def _nic() -> Nic:
    digits = new_hex()
    mac = ":".join(("fa", "16", "3e", digits[0:2], digits[2:4], digits[4:6]))
    return Nic(id=new_uuid(), mac_address=mac, addresses=(USER_MODE_ADDRESS,))


def hostname(name: str, uuid: str) -> str:
    """A name that a host on the network may have, made of a server's name: letters, digits and dashes, at most 63."""
    plain = re.sub(r"[^a-z0-9-]", "", re.sub(r"[ _.]", "-", name.lower()))
    return plain[:63].strip("-") or f"server-{uuid}"
