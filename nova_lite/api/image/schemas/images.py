"""Schemas of an image and of a list of images."""

from __future__ import annotations

from nova_lite.api.validation import Schema
from nova_lite.image.inspection import DISK_FORMATS
from nova_lite.image.rules import MAX_TEXT
from nova_lite.objects.image import ImageStatus, Visibility

CONTAINER_FORMATS = ("bare", "ovf", "ova", "docker", "ami", "ari", "aki", "compressed")

_UUID = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"
_TEXT = {"type": "string"}
_OPTIONAL_TEXT = {"type": ["null", "string"], "maxLength": MAX_TEXT}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}


def _read_only(description: str, **schema: object) -> dict[str, object]:
    return {"readOnly": True, "description": description, **schema}


WRITABLE: dict[str, dict[str, object]] = {
    "id": {"type": "string", "pattern": _UUID, "description": "An identifier for the image"},
    "name": {**_OPTIONAL_TEXT, "description": "Descriptive name for the image"},
    "owner": {**_OPTIONAL_TEXT, "maxLength": 64, "description": "Owner of the image"},
    "visibility": {"type": "string", "enum": [item.value for item in Visibility], "description": "Who sees the image"},
    "protected": {"type": "boolean", "description": "If true, image will not be deletable."},
    "os_hidden": {"type": "boolean", "description": "If true, image will not appear in default image list."},
    "tags": {
        "type": "array", "items": {"type": "string", "maxLength": MAX_TEXT},
        "description": "List of strings related to the image",
    },
    "disk_format": {
        "type": ["null", "string"], "enum": [None, *DISK_FORMATS], "description": "Format of the disk",
    },
    "container_format": {
        "type": ["null", "string"], "enum": [None, *CONTAINER_FORMATS], "description": "Format of the container",
    },
    "min_ram": {**_COUNT, "description": "Amount of ram (in MB) required to boot image."},
    "min_disk": {**_COUNT, "description": "Amount of disk space (in GB) required to boot image."},
}

# Custom properties that have a form of their own.
KNOWN: dict[str, dict[str, object]] = {
    "architecture": {"description": "Operating system architecture"},
    "os_distro": {"description": "Common name of operating system distribution"},
    "os_version": {"description": "Operating system version as specified by the distributor"},
    "instance_uuid": {"description": "The instance this image is a snapshot of"},
    "kernel_id": {"pattern": _UUID, "description": "The image to be used as the kernel when booting"},
    "ramdisk_id": {"pattern": _UUID, "description": "The image to be used as the ramdisk when booting"},
}
for _known in KNOWN.values():
    _known.update({"type": ["null", "string"], "is_base": False})

READ_ONLY: dict[str, dict[str, object]] = {
    "status": _read_only("Status of the image", type="string", enum=[item.value for item in ImageStatus]),
    "checksum": _read_only("md5 hash of image contents.", type=["null", "string"], maxLength=32),
    "os_hash_algo": _read_only("Algorithm to calculate the os_hash_value", type=["null", "string"], maxLength=64),
    "os_hash_value": _read_only("Hexdigest of the image contents", type=["null", "string"], maxLength=128),
    "size": _read_only("Size of image file in bytes", type=["null", "integer"]),
    "virtual_size": _read_only("Virtual size of image in bytes", type=["null", "integer"]),
    "created_at": _read_only("Date and time of image registration", type="string"),
    "updated_at": _read_only("Date and time of the last image modification", type="string"),
    "self": _read_only("An image self url", type="string"),
    "file": _read_only("An image file url", type="string"),
    "schema": _read_only("An image schema url", type="string"),
    "stores": _read_only("Store in which the data are", type="string"),
}

IMAGE: dict[str, object] = {
    "name": "image",
    "properties": {**WRITABLE, **KNOWN, **READ_ONLY},
    "additionalProperties": _TEXT,
    "links": [
        {"rel": "self", "href": "{self}"}, {"rel": "enclosure", "href": "{file}"},
        {"rel": "describedby", "href": "{schema}"},
    ],
}

IMAGES: dict[str, object] = {
    "name": "images",
    "properties": {
        "images": {"type": "array", "items": IMAGE},
        "first": _TEXT, "next": _TEXT, "schema": _TEXT,
    },
    "links": [
        {"rel": "first", "href": "{first}"}, {"rel": "next", "href": "{next}"},
        {"rel": "describedby", "href": "{schema}"},
    ],
}

# What a client may send. Read-only fields pass here whatever they hold: they are refused by name, with another status.
CHECKED = Schema({
    "type": "object",
    "properties": {**WRITABLE, **KNOWN, **{name: {} for name in (*READ_ONLY, "locations")}},
    "additionalProperties": _TEXT,
})
