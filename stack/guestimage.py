"""The test image of a cloud: built in the background while other steps run, or pretended for the fake hypervisor."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from guest.tools import APT_PACKAGES
from stack import apt
from stack.cloud import Cloud
from stack.errors import StackError

KERNEL = "linux-image-cloud-amd64"  # the recipe asks apt for it by this name


@dataclass(frozen=True)
class Image:
    """A file to upload and what the image service has to know of it."""

    name: str
    path: Path
    disk_format: str

    def digest(self) -> str:
        """SHA-512 of the file, as image services compute it."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha512").hexdigest()


def packages(cloud: Cloud) -> tuple[str, ...]:
    """Debian packages that making the image needs."""
    return APT_PACKAGES if cloud.choices.hypervisor == "qemu" else ()


class Builder:
    """Makes the image of a cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._log = cloud.log / "guest-build.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to build in the background. Raises StackError when apt's lists are missing and cannot be fetched."""
        if self._cloud.choices.hypervisor == "fake":
            return
        if not apt.knows([KERNEL]):
            apt.update(self._log)
        output = self._cloud.guest_image
        output.parent.mkdir(parents=True, exist_ok=True)
        command = (
            sys.executable,
            "-P",
            "-m",
            "guest.build",
            "--output",
            str(output),
            "--cache",
            str(output.parent / "cache"),
        )
        environment = dict(os.environ, PYTHONPATH=str(self._cloud.root))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def finish(self) -> Image:
        """Wait for the image. Raises StackError when it could not be built."""
        if self._cloud.choices.hypervisor == "fake":
            return self._pretended()
        if self._process is None or self._process.wait() != 0:
            raise StackError("the guest image could not be built", log=self._log)
        return Image("nova-lite-guest", self._cloud.guest_image, "qcow2")

    def stop(self) -> None:
        """End a build that nobody waits for any more."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()

    def _pretended(self) -> Image:
        """A mebibyte that looks like a disk with a boot sector: the fake hypervisor does not boot it."""
        path = self._cloud.lib / "guest/nova-lite-fake.raw"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(510) + b"\x55\xaa" + bytes((1 << 20) - 512))
        return Image("nova-lite-fake", path, "raw")
