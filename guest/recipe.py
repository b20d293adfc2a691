"""From packages to the image, in order; nothing is visible at the output's path before it is whole."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from guest import cpio, stamp, tools
from guest.disk import make_disk
from guest.kernel import unpack
from guest.packages import Package, current_agent, current_kernel, fetch, unpack_agent
from guest.rootfs import DROPBEAR, make_initramfs, make_root

Say = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What to build: the image's path, where downloaded packages are kept, and whether it has an ssh server, and QEMU's
    guest agent.
    """

    output: Path
    cache: Path
    with_ssh: bool = False
    with_agent: bool = False


@dataclass(frozen=True)
class Built:
    """The image: its path, whether an earlier build was good enough, and the seconds it took."""

    output: Path
    reused: bool
    seconds: float


def build(request: Request, say: Say) -> Built:
    """Build the image, or find that it is current. ToolsMissing or GuestBuildError if that cannot be done."""
    started = time.monotonic()
    tools.check((*tools.BUILD_TOOLS, *(tools.SSH_TOOLS if request.with_ssh else ())))
    package, agent = current_kernel(), current_agent() if request.with_agent else None
    wanted = _fingerprint(request, package, agent)
    reused = stamp.is_current(request.output, wanted)
    if not reused:
        deb = fetch(package, request.cache)
        say(f"kernel package {package.name} {package.version}")
        _build(request, deb, fetch(agent, request.cache) if agent else None, say)
        stamp.write(request.output, wanted)
    return Built(request.output, reused, time.monotonic() - started)


def _fingerprint(request: Request, package: Package, agent: Package | None) -> str:
    directory = Path(__file__).resolve().parent
    used = [tool.path() for tool in tools.SSH_TOOLS[:1]] if request.with_ssh else []
    files = [*stamp.recipe_files(directory), tools.BUSYBOX, tools.BOOT_SECTOR, *(path for path in used if path)]
    return stamp.fingerprint(directory, files, (
        package.name, package.version, f"ssh={request.with_ssh}", f"agent={agent.version if agent else ''}",
    ))


def _build(request: Request, deb: Path, agent: Path | None, say: Say) -> None:
    """Into a directory beside the output, so that the last step is a rename within one file system."""
    request.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".guest-", dir=request.output.parent) as name:
        work = Path(name)
        kernel = unpack(deb, work / "kernel")
        say(f"unpacked kernel {kernel.release}")
        make_initramfs(kernel, work / "initramfs")
        initramfs = work / "initrd.gz"
        initramfs.write_bytes(cpio.archive(work / "initramfs"))
        say(f"initramfs of {initramfs.stat().st_size // 1024} KiB")
        make_root(kernel, work / "root", [*([DROPBEAR] if request.with_ssh else []),
                                          *([unpack_agent(agent, work / "agent")] if agent else [])])  # fmt: skip
        say("root file system")
        image = work / "disk.qcow2"
        make_disk(kernel.image, initramfs, work / "root", work, image)
        say(f"disk of {image.stat().st_size / (1 << 20):.1f} MiB")
        stamp.stamp_of(request.output).unlink(missing_ok=True)
        image.replace(request.output)
