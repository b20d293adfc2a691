"""One guest in a plain QEMU process (TCG, q35), its serial console as a stream of bytes: no libvirt, no root."""

import json
import os
import select
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from guest.errors import GuestBuildError
from guest.tools import run

UP_MARK = "=== NOVALITE GUEST UP "
LOGIN_MARK = " login: "
_CHUNK = 65536


class GuestSilent(GuestBuildError):
    """The guest did not print or do what was waited for; the message ends with its console."""


def make_config_drive(directory: Path, instance: str, hostname: str, user_data: str | None) -> Path:
    """An ISO 9660 image config-2 in `directory`, laid out as OpenStack's config drive."""
    latest = directory / "config/openstack/latest"
    latest.mkdir(parents=True)
    (latest / "meta_data.json").write_text(json.dumps({"uuid": instance, "hostname": hostname, "name": hostname}))
    if user_data is not None:
        (latest / "user_data").write_text(user_data)
    drive = directory / "config.iso"
    run("genisoimage", "-quiet", "-V", "config-2", "-J", "-r", "-o", drive, directory / "config")
    return drive


class Machine:
    """A running guest: a throw-away overlay over the image, user-mode network, optional config drive.

    Use as a context manager: leaving it ends the process. `directory` holds overlay and control socket and is
    the caller's to delete.
    """

    def __init__(self, image: Path, directory: Path, config_drive: Path | None, memory_mebibytes: int = 256) -> None:
        """Prepare the overlay; nothing runs before start()."""
        self._overlay = directory / "overlay.qcow2"
        self._control = directory / "qmp.sock"
        self._config_drive = config_drive
        self._memory = memory_mebibytes
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._console = b""
        self._read_until = 0
        run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", image.absolute(), self._overlay)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def console(self) -> str:
        """All that was read from the serial console so far."""
        return self._console.decode(errors="replace").replace("\r", "")

    def start(self) -> None:
        """Start QEMU on the same overlay as before, with an empty console."""
        self._console, self._read_until = b"", 0
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self._command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
        )

    def _command(self) -> list[str]:
        drives = [f"file={self._overlay},if=virtio,format=qcow2,cache=unsafe"]
        if self._config_drive is not None:
            drives.append(f"file={self._config_drive},if=virtio,format=raw,readonly=on")
        return [
            *("qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-m", str(self._memory)),
            *("-nodefaults", "-vga", "std", "-display", "none", "-serial", "stdio"),
            *("-qmp", f"unix:{self._control},server=on,wait=off"),
            *(word for drive in drives for word in ("-drive", drive)),
            *("-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0,romfile="),
        ]  # fmt: skip

    def wait_for(self, text: str, seconds: float) -> float:
        """Read the console until `text` appears after what was last waited for; return the seconds since start().

        GuestSilent if it does not appear within `seconds` or the guest ends first.
        """
        wanted, deadline = text.encode(), time.monotonic() + seconds
        while (found := self._console.find(wanted, self._read_until)) < 0:
            if not self._read(deadline):
                raise GuestSilent(f"no {text!r} on the console within {seconds:.0f} s:\n{self.console[-4000:]}")
        self._read_until = found + len(wanted)
        return time.monotonic() - self._started

    def _read(self, deadline: float) -> bool:
        """Take more of the console; False at its end or at the deadline."""
        stream = self._running().stdout
        if stream is None or not select.select([stream], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return False
        data = os.read(stream.fileno(), _CHUNK)
        self._console += data
        return bool(data)

    def type(self, text: str) -> None:
        """Type on the serial console."""
        stream = self._running().stdin
        if stream is not None:
            stream.write(text.encode())

    def press_power_button(self) -> None:
        """Ask the guest by ACPI to switch itself off."""
        with socket.socket(socket.AF_UNIX) as control, control.makefile("rw") as lines:
            control.connect(str(self._control))
            lines.readline()
            for command in ("qmp_capabilities", "system_powerdown"):
                lines.write(json.dumps({"execute": command}) + "\n")
                lines.flush()
                lines.readline()

    def wait_until_off(self, seconds: float) -> float:
        """Read the console to its end; the seconds that took. Raises GuestSilent if QEMU still runs after `seconds`."""
        begin = time.monotonic()
        while self._read(begin + seconds):
            pass
        took = time.monotonic() - begin
        try:
            self._running().wait(max(0.1, seconds - took))
        except subprocess.TimeoutExpired:
            raise GuestSilent(f"still running after {seconds:.0f} s:\n{self.console[-4000:]}") from None
        return took

    def kill(self) -> None:
        """End QEMU, if it runs, at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise GuestBuildError("the guest was not started")
        return self._process
