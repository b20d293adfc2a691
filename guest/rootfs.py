"""The two trees of the guest: the initramfs, which finds the root disk, and the root file system."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from guest.errors import GuestBuildError
from guest.kernel import Kernel, dependency_file, load_order
from guest.tools import BUSYBOX, run

SOURCES = Path(__file__).resolve().parent / "rootfs"

# The button comes first, so that the time in which a press of the power button is lost is short.
BOOT_MODULES = ("button", "evdev", "virtio_pci", "virtio_blk")
ROOT_MODULES = ("virtio_net", "isofs", "virtio_console", "virtio_balloon", "virtio_rng",
                "virtio_scsi", "sd_mod", "sr_mod", "ata_piix", "vfat")  # fmt: skip
_EMPTY_DIRECTORIES = ("proc", "sys", "dev", "run", "tmp", "mnt", "root", "bin", "lib64", "var/lib/novalite")
_LIBRARY = re.compile(r"(/\S+) \(0x")
_NO_LIBRARY = re.compile(r"(\S+) => not found")
DROPBEAR = Path("/usr/sbin/dropbear")


def make_initramfs(kernel: Kernel, tree: Path) -> None:
    """Fill `tree`, which does not exist yet, with the initramfs: busybox, the boot modules by number, init."""
    shutil.copytree(SOURCES / "initramfs", tree)
    for name in ("bin", "proc", "sys", "dev", "root", "modules"):
        (tree / name).mkdir()
    _install(BUSYBOX, tree / "bin/busybox")
    (tree / "bin/sh").symlink_to("busybox")
    for number, name in enumerate(load_order(BOOT_MODULES, kernel.depends())):
        (tree / f"modules/{number:02}-{name}.ko").write_bytes(kernel.module(name))


def make_root(kernel: Kernel, tree: Path, programs: Iterable[Path]) -> None:
    """Fill `tree`, which does not exist yet, with the root file system; `programs`: what is in it besides."""
    shutil.copytree(SOURCES / "root", tree)
    for name in _EMPTY_DIRECTORIES:
        (tree / name).mkdir(parents=True, exist_ok=True)
    (tree / "root").chmod(0o700)
    (tree / "sbin").symlink_to("bin")
    (tree / "usr").mkdir()
    for name in ("bin", "sbin"):
        (tree / "usr" / name).symlink_to("../bin")
    _install(BUSYBOX, tree / "bin/busybox")
    ours = {path.name for path in (tree / "bin").iterdir()}
    for applet in {*run(BUSYBOX, "--list").split(), "sh", "init"} - ours:
        (tree / "bin" / applet).symlink_to("busybox")
    _add_modules(kernel, tree)
    for program in programs:
        _add_program(program, tree)


def _add_modules(kernel: Kernel, tree: Path) -> None:
    depends = kernel.depends()
    order = load_order((*BOOT_MODULES, *ROOT_MODULES), depends)
    directory = tree / "lib/modules" / kernel.release
    directory.mkdir(parents=True)
    for name in order:
        (directory / f"{name}.ko").write_bytes(kernel.module(name))
    (directory / "modules.dep").write_text(dependency_file(order, depends))


def _add_program(program: Path, tree: Path) -> None:
    """A program with the shared libraries of this machine that it loads, at their own paths."""
    _install(program, tree / "bin" / program.name)
    loaded = run("ldd", program)
    if missing := _NO_LIBRARY.findall(loaded):
        raise GuestBuildError(f"{program.name} needs libraries that are not on this machine: {', '.join(missing)}")
    for library in map(Path, _LIBRARY.findall(loaded)):
        target = tree / str(library).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        _install(library, target)


def _install(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o755)
