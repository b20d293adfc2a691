"""The disk: a BIOS boot sector, a FAT partition with syslinux and the kernel, an ext4 partition with the root.

Everything is written into files, so that neither root nor loop devices nor mounts are needed.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from guest.tools import BOOT_SECTOR, run

SECTOR = 512
MEBIBYTE = 1 << 20
ROOT_LABEL = "novaroot"
ROOT_MEBIBYTES = 64
_BOOT_CODE_BYTES = 440
_FAT16_LBA, _LINUX = 0x0E, 0x83
_NO_CHS = b"\xfe\xff\xff"  # cylinder, head, sector "too large": use the sector numbers
_FIRST_SECTOR = 2048
# written out now, or each guest would write it into its own overlay
_EXT4_OPTIONS = "root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0"
_SLACK_MEBIBYTES = 3  # for syslinux itself and the FAT
_FAT16_LEAST_MEBIBYTES = 17

# The first line is what the guest needs. The second keeps a kernel that stood still while its host was busy from saying
# so in the midst of the console's lines. The rest saves an emulated guest time at the cost of hardening that a
# throw-away image does without: no mitigations, no self-tests at start. Address randomisation stays: a kernel that
# unpacks itself over the one before makes QEMU drop translated code store by store, and each reset takes 8 s, not 3-6.
KERNEL_ARGUMENTS = (
    "console=tty0 console=ttyS0,115200 quiet panic=5 "
    "nowatchdog rcupdate.rcu_cpu_stall_suppress=1 "
    "mitigations=off no_timer_check tsc=reliable random.trust_cpu=on init_on_alloc=0 audit=0 "
    "initcall_blacklist=crypto_kdf108_init,init_kprobe_trace"
)
_SYSLINUX_CONFIG = f"""DEFAULT linux
PROMPT 0
TIMEOUT 1
LABEL linux
 KERNEL vmlinuz
 INITRD initrd.gz
 APPEND {KERNEL_ARGUMENTS}
"""


@dataclass(frozen=True)
class Partition:
    """A primary partition: its MBR type, its place in sectors, and whether the BIOS starts from it."""

    kind: int
    start: int
    sectors: int
    active: bool

    def entry(self) -> bytes:
        """The 16 bytes of the MBR's table."""
        status = 0x80 if self.active else 0
        return struct.pack("<B3sB3sII", status, _NO_CHS, self.kind, _NO_CHS, self.start, self.sectors)


def boot_record(code: bytes, signature: bytes, partitions: tuple[Partition, ...]) -> bytes:
    """The first sector: boot code (cut or padded to 440 bytes), a four-byte disk signature, up to four partitions."""
    table = b"".join(partition.entry() for partition in partitions).ljust(64, b"\0")
    return code[:_BOOT_CODE_BYTES].ljust(_BOOT_CODE_BYTES, b"\0") + signature + b"\0\0" + table + b"\x55\xaa"


def layout(boot_bytes: int) -> tuple[Partition, Partition]:
    """Boot and root partition for `boot_bytes` of kernel and initramfs."""
    boot_mebibytes = max(-(-boot_bytes // MEBIBYTE) + _SLACK_MEBIBYTES, _FAT16_LEAST_MEBIBYTES)
    per_mebibyte = MEBIBYTE // SECTOR
    boot = Partition(_FAT16_LBA, _FIRST_SECTOR, boot_mebibytes * per_mebibyte, active=True)
    root = Partition(_LINUX, boot.start + boot.sectors, ROOT_MEBIBYTES * per_mebibyte, active=False)
    return boot, root


def make_disk(kernel: Path, initramfs: Path, root_tree: Path, directory: Path, output: Path) -> None:
    """Write the qcow2 image `output`; `directory` is for what is needed on the way."""
    boot, root = layout(kernel.stat().st_size + initramfs.stat().st_size)
    boot_image = _make_boot(boot, kernel, initramfs, directory)
    root_image = _make_root(root, root_tree, directory)
    raw = directory / "disk.raw"
    with raw.open("wb") as disk:
        disk.truncate((root.start + root.sectors) * SECTOR)
        disk.write(boot_record(BOOT_SECTOR.read_bytes(), b"NOVA", (boot, root)))
        for partition, image in ((boot, boot_image), (root, root_image)):
            for offset, block in _blocks(image):
                disk.seek(partition.start * SECTOR + offset)
                disk.write(block)
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, output)


def _blocks(image: Path) -> Iterator[tuple[int, bytes]]:
    """The mebibytes of a file that are not all zero, with their offsets: the disk stays sparse."""
    empty = bytes(MEBIBYTE)
    with image.open("rb") as source:
        offset = 0
        while block := source.read(MEBIBYTE):
            if block != empty[: len(block)]:
                yield offset, block
            offset += len(block)


def _make_boot(partition: Partition, kernel: Path, initramfs: Path, directory: Path) -> Path:
    image = _empty(directory / "boot.fat", partition)
    config = directory / "syslinux.cfg"
    config.write_text(_SYSLINUX_CONFIG)
    # -h: syslinux's boot sector must know where on the disk its partition starts
    run("mkfs.vfat", "-F", "16", "-n", "NOVABOOT", "-h", str(partition.start), image)
    for source, name in ((kernel, "vmlinuz"), (initramfs, "initrd.gz"), (config, "syslinux.cfg")):
        run("mcopy", "-i", image, source, f"::{name}")
    run("syslinux", "--install", image)
    return image


def _make_root(partition: Partition, tree: Path, directory: Path) -> Path:
    image = _empty(directory / "root.ext4", partition)
    run("mke2fs", "-q", "-t", "ext4", "-L", ROOT_LABEL, "-E", _EXT4_OPTIONS, "-d", tree, image)
    # mke2fs keeps the builder's user and group on the files: give them to root
    paths = [f"/{path.relative_to(tree)}" for path in sorted(tree.rglob("*"))]
    commands = (f"set_inode_field {path} {field} 0\n" for path in paths for field in ("uid", "gid"))
    run("debugfs", "-w", "-f", "-", image, stdin="".join(commands))
    return image


def _empty(image: Path, partition: Partition) -> Path:
    with image.open("wb") as file:
        file.truncate(partition.sectors * SECTOR)
    return image
