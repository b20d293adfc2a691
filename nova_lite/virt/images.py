"""Whether an instance may boot from a base image: the last look before it is opened, whoever looked before.

A user uploads what he likes and calls it what he likes. An image that names other files (a backing file, an external
data file) would show a guest files of the host, so only two formats are accepted, whole in themselves, and whoever
opens the image later names its format instead of letting it be guessed. (The image service looks deeper and earlier,
at every format it stores.)

Formats: qcow2 as of QEMU's ``docs/interop/qcow2.txt`` (all numbers big-endian); everything else is raw.
"""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path
from typing import Literal

from nova_lite.objects.instance import Instance
from nova_lite.virt.driver import ImageUnacceptable

Format = Literal["qcow2", "raw"]

GIB = 1 << 30
SECTOR = 512
HEADER_BYTES = 512

_QCOW2_MAGIC = b"QFI\xfb"
# magic, version, backing file offset and size, cluster bits, virtual size; incompatible features from version 3 on
_QCOW2_HEADER = struct.Struct(">4sIQIIQ")
_QCOW2_FEATURES = struct.Struct(">Q")
_QCOW2_FEATURES_AT = 72
_QCOW2_DATA_FILE = 1 << 2

@dataclasses.dataclass(frozen=True, slots=True)
class ImageFacts:
    """``size``: bytes of the disk that the guest sees. ``references``: what it wants to read beside itself."""

    format: Format
    size: int
    references: str = ""


def inspect(path: Path) -> ImageFacts:
    """Read an image's header.

    :raises ImageUnacceptable: it cannot be read, or its header is damaged.
    """
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
        length = path.stat().st_size
    except OSError as error:
        raise ImageUnacceptable(f"the image's file cannot be read: {error.strerror}") from error
    return recognise(header, length)


def recognise(header: bytes, length: int) -> ImageFacts:
    """Facts from the first bytes of an image of ``length`` bytes.

    :raises ImageUnacceptable: the header is damaged.
    """
    if header.startswith(_QCOW2_MAGIC):
        return _qcow2(header)
    return ImageFacts("raw", length)


def check(instance: Instance, facts: ImageFacts) -> None:
    """Whether ``instance`` can boot from an image with these facts; the format that its record declares must be true.

    :raises ImageUnacceptable: it cannot; the message says why.
    """
    reason = _refusal(instance, facts)
    if reason:
        image = instance.image.id if instance.image else "of the instance"
        raise ImageUnacceptable(f"image {image} cannot be booted from: {reason}", instance=instance.uuid)


def _refusal(instance: Instance, facts: ImageFacts) -> str:
    declared = instance.image.disk_format if instance.image else facts.format
    if declared not in ("qcow2", "raw"):
        return f"its format is {declared}; qcow2 and raw are supported"
    if facts.format != declared:
        return f"it is declared as {declared} but its content is {facts.format}"
    if facts.references:
        return f"it refers to {facts.references}"
    if facts.size == 0 or facts.size % SECTOR:
        return f"a disk is a whole number of {SECTOR}-byte sectors, and it has {facts.size} bytes"
    limit = instance.flavor.root_gb * GIB
    if limit and facts.size > limit:
        return f"its disk of {facts.size} bytes is larger than the flavor's root disk of {instance.flavor.root_gb} GiB"
    return ""


def _qcow2(header: bytes) -> ImageFacts:
    if len(header) < _QCOW2_FEATURES_AT + _QCOW2_FEATURES.size:
        raise ImageUnacceptable("the image's qcow2 header is cut off")
    _magic, version, backing, _backing_size, cluster_bits, size = _QCOW2_HEADER.unpack_from(header)
    if version not in (2, 3) or not 9 <= cluster_bits <= 21:
        raise ImageUnacceptable(f"the image's qcow2 header is damaged: version {version}, {cluster_bits} cluster bits")
    references = "a backing file" if backing else ""
    if version == 3 and _QCOW2_FEATURES.unpack_from(header, _QCOW2_FEATURES_AT)[0] & _QCOW2_DATA_FILE:
        references = "an external data file"
    return ImageFacts("qcow2", size, references)
