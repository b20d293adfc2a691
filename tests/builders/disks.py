"""Disk images as bytes: honest ones, and ones that lie."""

from __future__ import annotations

import struct

SECTOR = 512


def a_qcow2(
    size: int = 1 << 20, version: int = 3, backing: str = "", incompatible: int = 0, data_file: str = "",
    cluster_bits: int = 16,
) -> bytes:
    """The first cluster of a qcow2 image of ``size`` bytes; enough for whoever only looks at its header."""
    header_length = 104 if version == 3 else 72
    extensions = b""
    if data_file:
        name = data_file.encode()
        extensions += struct.pack(">II", 0x44415441, len(name)) + name.ljust(-(-len(name) // 8) * 8, b"\0")
    extensions += struct.pack(">II", 0, 0)
    backing_offset = header_length + len(extensions) if backing else 0
    header = struct.pack(
        ">4sIQIIQIIQQIIQ", b"QFI\xfb", version, backing_offset, len(backing), cluster_bits, size, 0, 1, 3 << 16,
        1 << 16, 1, 0, 0,
    )
    if version == 3:
        header += struct.pack(">QQQII", incompatible, 0, 0, 4, header_length)
    return (header + extensions + backing.encode()).ljust(1 << 16, b"\0")


def a_vmdk(
    create_type: str = "monolithicSparse", extent: str = 'RW 2048 SPARSE "disk.vmdk"', more: str = "",
    sectors: int = 2048, descriptor_sector: int = 1,
) -> bytes:
    """A sparse VMDK's header and descriptor."""
    header = struct.pack("<4sIIQQQQ", b"KDMV", 1, 3, sectors, 128, descriptor_sector, 20)
    descriptor = f'# Disk DescriptorFile\nversion=1\nCID=12345678\ncreateType="{create_type}"\n{more}\n{extent}\n'
    return (header.ljust(SECTOR, b"\0") + descriptor.encode()).ljust(64 * SECTOR, b"\0")


def a_vdi(size: int = 1 << 20, differencing: bool = False) -> bytes:
    data = bytearray(1024)
    struct.pack_into("<I", data, 0x40, 0xBEDA107F)
    struct.pack_into("<I", data, 0x4C, 4 if differencing else 1)
    struct.pack_into("<Q", data, 0x170, size)
    return bytes(data)


def a_vhd_footer(size: int = 1 << 20, disk_type: int = 3) -> bytes:
    footer = bytearray(SECTOR)
    footer[:8] = b"conectix"
    struct.pack_into(">Q", footer, 48, size)
    struct.pack_into(">I", footer, 60, disk_type)
    return bytes(footer)


def an_iso(blocks: int = 100, hybrid: bool = False) -> bytes:
    data = bytearray(0x8000 + 2048)
    data[0x8001:0x8006] = b"CD001"
    struct.pack_into("<I", data, 0x8000 + 80, blocks)
    struct.pack_into("<H", data, 0x8000 + 128, 2048)
    if hybrid:
        data[:SECTOR] = an_mbr()
    return bytes(data)


def an_mbr(boot_flag: int = 0x80, kind: int = 0x83) -> bytes:
    """A boot sector with one partition."""
    data = bytearray(SECTOR)
    data[446] = boot_flag
    data[450] = kind
    data[510:512] = b"\x55\xaa"
    return bytes(data)
