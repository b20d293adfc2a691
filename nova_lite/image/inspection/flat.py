"""Formats without a header of their own: ISO 9660, a partitioned disk, and whatever else there is.

Source: ECMA-119 section 8; UEFI specification chapter 5.
"""

from __future__ import annotations

from nova_lite.image.inspection.finding import Finding, number
from nova_lite.image.inspection.sample import Sample

_ISO_DESCRIPTOR = 0x8000
_ISO_IDENTIFIERS = (b"CD001", b"NSR02", b"NSR03")
_MBR_ENTRIES = (446, 462, 478, 494)


def iso(sample: Sample) -> Finding | None:
    """ISO 9660 or UDF."""
    if sample.head[_ISO_DESCRIPTOR + 1 : _ISO_DESCRIPTOR + 6] not in _ISO_IDENTIFIERS:
        return None
    blocks = number(sample.head, "<I", _ISO_DESCRIPTOR + 80)
    block_size = number(sample.head, "<H", _ISO_DESCRIPTOR + 128)
    return Finding(format="iso", virtual_size=blocks * block_size or sample.size)


def gpt(sample: Sample) -> Finding | None:
    """A disk that begins with a partition table: a master boot record, protective or old.

    The signature alone also ends the boot sector of a file system and a kernel's, so the four entries must make
    sense: a boot flag that is 0 or 0x80, and at least one entry in use.
    """
    head = sample.head
    if head[510:512] != b"\x55\xaa" or any(head[entry] not in (0x00, 0x80) for entry in _MBR_ENTRIES):
        return None
    if not any(head[entry + 4] for entry in _MBR_ENTRIES):
        return None
    return Finding(format="gpt", virtual_size=sample.size)


def raw(sample: Sample) -> Finding | None:
    """Everything: bytes are a disk if nothing better is known."""
    return Finding(format="raw", virtual_size=sample.size)
