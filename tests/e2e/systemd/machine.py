"""A container that boots a real systemd over this machine's own root; nothing of it outlives the test."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from stack import processes

SCRIPT = Path(__file__).with_name("machine.sh")
CLONE_NEWNET = 0x40000000
BOOT_SECONDS = 240.0
# Directories of this machine that the container must not see: what systemd would start, and what it is used for.
HIDDEN = ("etc/systemd/system", "etc/libvirt/qemu", "var/lib/libvirt/qemu", "var/cache/libvirt", "var/log/journal")
# Files of this machine that the container has otherwise.
FILES = {
    "etc/machine-id": "", "etc/fstab": "", "etc/hostname": "cloud\n", "etc/hosts": "127.0.0.1 localhost cloud\n",
    "etc/libvirt/qemu.conf": "cgroup_controllers = [ ]\n", "etc/libvirt/libvirtd.conf": "",
    "etc/libvirt/virtlogd.conf": "",
}
WANTED = {"multi-user.target": ("libvirtd.service",), "sockets.target": ("libvirtd.socket", "virtlogd.socket")}
SYSTEM = Path("/lib/systemd/system")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class Failed(AssertionError):
    """A command in the container failed; the message is what it said."""


class Machine:
    """The container; root only. ``binds`` are nspawn's ``SOURCE:TARGET``, read-only."""

    def __init__(self, directory: Path, binds: tuple[str, ...]) -> None:
        self._directory = directory
        self._binds = binds
        self._script: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Boot until systemd says that everything it was to start has started."""
        self._prepare(self._directory / "files")
        arguments = [f"--bind-ro={bind}" for bind in self._binds]
        if not Path("/run/systemd/system").exists():
            arguments.append("--keep-unit")  # no systemd outside that could give it a scope
        with (self._directory / "console").open("wb") as console:
            self._script = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "setpriv", "--pdeathsig", "KILL",
                 "sh", str(SCRIPT), str(self._directory), *arguments],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
            )
        self.wait_booted()

    def wait_booted(self) -> None:
        """Wait until systemd has started what it was to start."""
        if not processes.wait_until(self._booted, BOOT_SECONDS):
            raise Failed((self._directory / "console").read_text(errors="replace")[-3000:])

    def reboot(self) -> None:
        """Shut everything down in good order, boot anew, and wait until that is done."""
        old = self.leader()
        self.run("systemctl", "reboot", check=False)  # it may be ended itself before it has its answer
        if not processes.wait_until(lambda: not processes.alive(old), BOOT_SECONDS):
            raise Failed("the container does not go down")
        self.wait_booted()

    def run(self, *argv: str, check: bool = True) -> str:
        """What a command of root printed in the container, standard error included. Raises Failed when it failed."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.leader()), "-a", "env", "-i", f"PATH={PATH}", "LC_ALL=C.UTF-8", *argv],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            check=False,
        )
        if check and done.returncode != 0:
            raise Failed(f"{' '.join(argv)}: {done.returncode}\n{done.stdout}")
        return done.stdout

    def leader(self) -> int:
        """The container's first process, as this machine numbers it. Raises Failed when there is none."""
        assert self._script is not None
        ours = os.readlink("/proc/self/ns/pid")
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for nspawn in _children(self._script.pid):
                for child in _children(nspawn):
                    if os.readlink(f"/proc/{child}/ns/pid") != ours:
                        return child
        raise Failed("the container has no first process")

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """Within it this thread has the container's network."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net") as ours, open(f"/proc/{self.leader()}/ns/net") as theirs:
            _enter(libc, theirs.fileno())
            try:
                yield
            finally:
                _enter(libc, ours.fileno())

    def end(self) -> None:
        """Cut its power; its mounts go with it."""
        if self._script is not None:
            with contextlib.suppress(Failed, ProcessLookupError):
                os.kill(self.leader(), 9)
            processes.end(self._script.pid, timeout=5.0)
            self._script.wait()

    def _booted(self) -> bool:
        assert self._script is not None
        if self._script.poll() is not None:
            raise Failed((self._directory / "console").read_text(errors="replace")[-3000:])
        with contextlib.suppress(Failed):
            return self.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded")
        return False

    def _prepare(self, root: Path) -> None:
        for name in HIDDEN:
            (root / name).mkdir(parents=True)
            os.setxattr(root / name, "trusted.overlay.opaque", b"y")
        for name, text in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        for target, units in WANTED.items():
            wants = root / "etc/systemd/system" / f"{target}.wants"
            wants.mkdir()
            for unit in units:
                (wants / unit).symlink_to(SYSTEM / unit)


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _enter(libc: ctypes.CDLL, descriptor: int) -> None:
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns failed")


def installation(directory: Path, checkout: Path) -> tuple[str, ...]:
    """Binds that show the checkout in /opt/nova-lite, with a Python that unprivileged users can reach."""
    python = Path(f"/usr/bin/python3.{sys.version_info.minor}")
    assert python.exists(), f"{python} must be there: the checkout's own Python may be in a home directory"
    programs = directory / "programs"
    programs.mkdir()
    (programs / "python").symlink_to(python)
    (directory / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
    return (
        f"{checkout}:/opt/nova-lite", f"{programs}:/opt/nova-lite/.venv/bin",
        f"{directory / 'pyvenv.cfg'}:/opt/nova-lite/.venv/pyvenv.cfg",
    )
