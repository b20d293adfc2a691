"""The programs and files of the build machine that the recipe uses, and how they are run."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from guest.errors import GuestBuildError, ToolsMissing

BUSYBOX = Path("/bin/busybox")
BOOT_SECTOR = Path("/usr/lib/syslinux/mbr/mbr.bin")
_SYSTEM_DIRECTORIES = ("/usr/local/sbin", "/usr/sbin", "/sbin")
_DYNAMIC_LOADER = b"/lib64/ld-linux"


@dataclass(frozen=True)
class Tool:
    """A program (searched on the path) or a file (absolute), and the Debian package it comes from."""

    name: str
    package: str

    def path(self) -> Path | None:
        """Where it is, or None."""
        if self.name.startswith("/"):
            return Path(self.name) if Path(self.name).is_file() else None
        found = shutil.which(self.name, path=search_path())
        return Path(found) if found else None


BUILD_TOOLS = (
    Tool(str(BUSYBOX), "busybox-static"),
    Tool(str(BOOT_SECTOR), "syslinux-common"),
    Tool("syslinux", "syslinux"),
    Tool("mcopy", "mtools"),
    Tool("mkfs.vfat", "dosfstools"),
    Tool("mke2fs", "e2fsprogs"),
    Tool("debugfs", "e2fsprogs"),
    Tool("qemu-img", "qemu-utils"),
    Tool("dpkg-deb", "dpkg"),
    Tool("apt-get", "apt"),
    Tool("apt-cache", "apt"),
)
SSH_TOOLS = (Tool("dropbear", "dropbear-bin"), Tool("ldd", "libc-bin"))
BOOT_TOOLS = (
    Tool("qemu-system-x86_64", "qemu-system-x86"),
    Tool("qemu-img", "qemu-utils"),
    Tool("genisoimage", "genisoimage"),
)

# What must be installed to build the image (the installer of the whole stack imports these).
APT_PACKAGES: tuple[str, ...] = tuple(sorted({tool.package for tool in BUILD_TOOLS} - {"dpkg", "apt"}))
APT_PACKAGES_SSH: tuple[str, ...] = ("dropbear-bin",)


def search_path() -> str:
    """PATH with the system directories, which an ordinary user's PATH lacks."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), *_SYSTEM_DIRECTORIES))


def check(tools: Iterable[Tool]) -> None:
    """Raise ToolsMissing that names all that is not here. A busybox with shared libraries counts as missing:
    it would cost the guest two seconds of its boot."""
    missing = {tool.name: tool.package for tool in tools if tool.path() is None}
    if BUSYBOX.is_file() and _DYNAMIC_LOADER in BUSYBOX.read_bytes():
        missing["static busybox"] = "busybox-static"
    if missing:
        raise ToolsMissing(missing)


def run(*command: str | Path, cwd: Path | None = None, stdin: str | None = None) -> str:
    """Run a program to its end and return its standard output; GuestBuildError with its own words when it fails."""
    words = [str(word) for word in command]
    environment = {**os.environ, "PATH": search_path(), "LC_ALL": "C"}
    done = subprocess.run(words, cwd=cwd, input=stdin, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise GuestBuildError(f"{words[0]} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
