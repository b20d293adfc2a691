"""The formats of other hypervisors: VMDK, VDI, VHD and VHDX.

Source: VMware's Virtual Disk Format 5.0; VirtualBox's VDICore.h as published; Microsoft's VHD and VHDX specifications.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nova_lite.image.inspection.finding import Finding, number
from nova_lite.image.inspection.sample import Sample

_SECTOR = 512
_VMDK_SUBFORMATS = ("monolithicsparse", "streamoptimized")
_VMDK_EXTENT = re.compile(rb'^(?:RW|RDONLY|NOACCESS)\s+(\d+)\s+(\w+)(?:\s+"([^"]*)")?', re.IGNORECASE | re.MULTILINE)
_VDI_DIFFERENCING = 4
_VHD_DIFFERENCING = 4


def vmdk(sample: Sample) -> Finding | None:
    """VMware's disk: one sparse file; a descriptor alone or several extents would name other files."""
    head = sample.head
    if head[:4] == b"COWD" or head[:21].lower() == b"# disk descriptorfile":
        return Finding(format="vmdk", faults=("it is a descriptor of other files, not a disk in one file",))
    if head[:4] != b"KDMV":
        return None
    sectors, offset, length = number(head, "<Q", 12), number(head, "<Q", 28), number(head, "<Q", 36)
    start, end, size = offset * _SECTOR, (offset + length) * _SECTOR, sectors * _SECTOR
    # The descriptor's place is checked because QEMU reads it from sector 1 whatever the header says, and takes a
    # disk without sectors for a bare descriptor.
    if offset != 1 or end > len(head) or not sectors:
        return Finding(format="vmdk", virtual_size=size, faults=("its descriptor is not where it belongs",))
    descriptor = head[start:end].split(b"\0", 1)[0]
    return Finding(format="vmdk", virtual_size=size, faults=tuple(_vmdk_faults(descriptor)))


def _vmdk_faults(descriptor: bytes) -> Iterator[str]:
    created = re.search(rb'^createType\s*=\s*"([^"]*)"', descriptor, re.IGNORECASE | re.MULTILINE)
    subformat = created.group(1).decode("latin-1") if created else "nothing"
    if subformat.lower() not in _VMDK_SUBFORMATS:
        yield f"its createType is {subformat!r}, only monolithicSparse and streamOptimized are disks in one file"
    if re.search(rb"^parentFileNameHint", descriptor, re.IGNORECASE | re.MULTILINE):
        yield "it names a parent file"
    extents = _VMDK_EXTENT.findall(descriptor)
    if len(extents) != 1:
        yield f"it has {len(extents)} extents instead of one"
    for _, kind, name in extents:
        if kind.upper() != b"SPARSE" or b"/" in name or b"\\" in name:
            yield "an extent points at another file"


def vdi(sample: Sample) -> Finding | None:
    """VirtualBox's disk."""
    if number(sample.head, "<I", 0x40) != 0xBEDA107F:
        return None
    differencing = number(sample.head, "<I", 0x4C) == _VDI_DIFFERENCING
    return Finding(
        format="vdi", virtual_size=number(sample.head, "<Q", 0x170),
        faults=("it is the difference to a parent disk",) if differencing else (),
    )


def vhd(sample: Sample) -> Finding | None:
    """Virtual PC's disk: the footer is repeated at the front, or stands only at the end of a fixed one."""
    for footer in (sample.head[:_SECTOR], sample.tail[-_SECTOR:]):
        if footer[:8] == b"conectix" and len(footer) == _SECTOR:
            differencing = number(footer, ">I", 60) == _VHD_DIFFERENCING
            return Finding(
                format="vhd", virtual_size=number(footer, ">Q", 48),
                faults=("it is the difference to a parent disk",) if differencing else (),
            )
    return None


def vhdx(sample: Sample) -> Finding | None:
    """Hyper-V's disk. Its metadata lie anywhere, so its size is not told; QEMU itself refuses one with a parent."""
    if sample.head[:8] != b"vhdxfile":
        return None
    return Finding(format="vhdx")
