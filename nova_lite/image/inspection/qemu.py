"""QEMU's own formats: qcow2, QED, and LUKS as QEMU stores it.

Source: docs/interop/qcow2.rst and qed_spec of QEMU; the LUKS on-disk format specification.
"""

from __future__ import annotations

from collections.abc import Iterator

from nova_lite.image.inspection.finding import Finding, number
from nova_lite.image.inspection.sample import Sample

_QCOW2_HEADER = {2: 72, 3: 104}  # bytes by version
_DATA_FILE_BIT = 2  # of the incompatible features
_KNOWN_INCOMPATIBLE = 0b11111  # dirty, corrupt, external data file, compression type, extended L2 entries
_CORRUPT_BIT = 1
_EXTENSION_END = 0x00000000
_EXTENSION_DATA_FILE = 0x44415441


def qcow2(sample: Sample) -> Finding | None:
    """QEMU copy-on-write, versions 2 and 3."""
    if sample.head[:4] != b"QFI\xfb":
        return None
    version = number(sample.head, ">I", 4)
    if version not in _QCOW2_HEADER:
        return Finding(format="qcow2", faults=(f"version {version} is not known",))
    if len(sample.head) < _QCOW2_HEADER[version]:
        return Finding(format="qcow2", faults=("it ends within its header",))
    return Finding(
        format="qcow2", virtual_size=number(sample.head, ">Q", 24), faults=tuple(_qcow2_faults(sample.head, version))
    )


def _qcow2_faults(head: bytes, version: int) -> Iterator[str]:
    if number(head, ">Q", 8) or number(head, ">I", 16):
        yield "it names a backing file"
    if not 9 <= number(head, ">I", 20) <= 21:
        yield "its cluster size is out of range"
    incompatible = number(head, ">Q", 72) if version == 3 else 0
    if incompatible >> _DATA_FILE_BIT & 1 or _EXTENSION_DATA_FILE in _extensions(head, version):
        yield "it names an external data file"
    if incompatible >> _CORRUPT_BIT & 1:
        yield "it is marked corrupt"
    if incompatible & ~_KNOWN_INCOMPATIBLE:
        yield f"it needs features that are not known ({incompatible & ~_KNOWN_INCOMPATIBLE:#x})"


def _extensions(head: bytes, version: int) -> Iterator[int]:
    """The types of the header extensions, each a type, a length and data padded to eight bytes."""
    offset = number(head, ">I", 100) if version == 3 else _QCOW2_HEADER[2]
    while offset + 8 <= len(head):
        kind, length = number(head, ">I", offset), number(head, ">I", offset + 4)
        if kind == _EXTENSION_END:
            return
        yield kind
        offset += 8 + -(-length // 8) * 8


def qed(sample: Sample) -> Finding | None:
    """QED: superseded, may name a backing file, and no disk_format of the API."""
    if sample.head[:4] != b"QED\0":
        return None
    return Finding(format="qed", faults=("the format is not supported",))


def luks(sample: Sample) -> Finding | None:
    """An encrypted volume without a partition table."""
    if sample.head[:6] != b"LUKS\xba\xbe":
        return None
    return Finding(format="luks")
