"""Debian's kernel package: which one is current, and its .deb in the cache directory."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from guest.errors import GuestBuildError
from guest.tools import run

KERNEL_META_PACKAGE = "linux-image-cloud-amd64"
AGENT_PACKAGE = "qemu-guest-agent"
_VERSION = re.compile(r"^Version: (\S+)", re.MULTILINE)
_DEPENDENCY = re.compile(r"^Depends: (linux-image-\S+) \(= (\S+)\)", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """One version of a Debian package."""

    name: str
    version: str

    @property
    def file_name(self) -> str:
        """The name that apt gives to the downloaded package (an epoch's colon is written %3a)."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_amd64.deb"


def kernel_of(description: str) -> Package:
    """The package that the meta package of `apt-cache show` output depends on; GuestBuildError if there is none."""
    found = _DEPENDENCY.search(description)
    if found is None:
        raise GuestBuildError(f"apt does not know what {KERNEL_META_PACKAGE} depends on: run apt-get update")
    return Package(found[1], found[2])


def current_kernel() -> Package:
    """The newest kernel in apt's lists."""
    return kernel_of(_described(KERNEL_META_PACKAGE))


def current_agent() -> Package:
    """The newest guest agent in apt's lists; GuestBuildError if there is none."""
    found = _VERSION.search(_described(AGENT_PACKAGE))
    if found is None:
        raise GuestBuildError(f"apt does not know {AGENT_PACKAGE}: run apt-get update")
    return Package(AGENT_PACKAGE, found[1])


def _described(name: str) -> str:
    try:
        return run("apt-cache", "show", "--no-all-versions", name)
    except GuestBuildError:  # apt-cache fails for what it does not know
        return ""


def unpack_agent(deb: Path, directory: Path) -> Path:
    """The guest agent's program, out of its package and in `directory`."""
    run("dpkg-deb", "-x", deb, directory)
    return directory / "usr/sbin/qemu-ga"


def fetch(package: Package, cache: Path) -> Path:
    """The package's .deb in `cache`, downloaded if it is not there yet. apt verifies it against its signed lists."""
    target = cache / package.file_name
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # apt writes in place: what a killed download leaves must not be taken for the package.
        with tempfile.TemporaryDirectory(prefix="download-", dir=cache) as name:
            _download(package, Path(name)).rename(target)
    return target


def _download(package: Package, directory: Path) -> Path:
    try:
        run("apt-get", "download", "-q", f"{package.name}={package.version}", cwd=directory)
    except GuestBuildError as error:
        raise GuestBuildError(f"{error} (are apt's lists old? run apt-get update)") from error
    found = directory / package.file_name
    if not found.exists():
        raise GuestBuildError(f"apt-get download did not leave {found.name}")
    return found
