"""libvirtd and virtlogd that share nothing with the machine's own: for machines where none runs, and for tests."""

import os
import signal
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

from stack import links, processes
from stack.servers.base import Process, Server, ServerError, reaped

# libvirt has these places compiled in; each is a directory of ours inside the daemons' mount namespace.
PLACES = {
    "etc": "/etc/libvirt",
    "run": "/run/libvirt",
    "lib": "/var/lib/libvirt",
    "cache": "/var/cache/libvirt",
    "log": "/var/log/libvirt",
}
LIBVIRTD_CONF = """\
unix_sock_dir = "{sockets}"
unix_sock_rw_perms = "0700"
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "{uuid}"
log_outputs = "3:stderr"
"""
# QEMU as root: with a /dev/kvm that only root may open, libvirt would find at every look-up that what it had probed as
# root does not hold for the user libvirt-qemu, and probe all over again (2 to 14 seconds each).
QEMU_CONF = """\
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = [ ]
cgroup_controllers = [ ]
stdio_handler = "logd"
vnc_listen = "127.0.0.1"
"""
SCRIPT = Path(__file__).with_name("libvirtd.sh")


class Libvirt(Server):
    """A private qemu:///system; root only. Guests run as root and see the machine's own file system and network."""

    packages = ("libvirt-daemon-system", "libvirt-clients", "qemu-system-x86", "qemu-utils")
    programs = ("libvirtd", "virtlogd", "virsh", "qemu-system-x86_64", "qemu-img")

    @property
    def url(self) -> str:
        """The same as uri."""
        return self.uri

    @property
    def uri(self) -> str:
        """What to pass to libvirt.open() or virsh -c."""
        return f"qemu+unix:///system?socket={links.short(self.data_dir / 'sock')}/libvirt-sock"

    def prepare(self) -> None:
        """Write the configuration; forget the pid files of daemons that have gone."""
        if os.geteuid() != 0:
            raise ServerError("a private libvirtd needs root", "use qemu:///session, or run as root")
        for name in PLACES:
            (self.data_dir / name).mkdir(exist_ok=True)
        sockets = links.make(self.data_dir / "sock")
        host = self._remember("host_uuid", lambda: str(uuid.uuid4()))
        (self.data_dir / "etc/libvirtd.conf").write_text(
            LIBVIRTD_CONF.format(sockets=sockets, uuid=host), encoding="utf-8"
        )
        (self.data_dir / "etc/qemu.conf").write_text(QEMU_CONF, encoding="utf-8")

    def process(self) -> Process:
        """Both daemons in a mount namespace, under a reaper."""
        places = [word for pair in PLACES.items() for word in pair]
        namespace = ("unshare", "--mount", "--propagation", "private", "--")
        argv = reaped((*namespace, "sh", str(SCRIPT), str(self.data_dir), *places), "--leave-orphans")
        return Process(argv, self._env)

    def ready(self) -> bool:
        """libvirtd answers and knows its hypervisor."""
        if not (self.data_dir / "sock/libvirt-sock").exists():
            return False
        return (
            subprocess.run(("virsh", "-q", "-c", self.uri, "version"), capture_output=True, check=False).returncode == 0
        )

    def stop(self, timeout: float = 90.0) -> None:
        """End libvirtd, then its guests, then virtlogd."""
        super().stop(timeout)
        self.end_leftovers()

    def kill(self) -> None:
        """Crash libvirtd alone: its guests and their logs live on."""
        self._with_pid("libvirtd.pid", "libvirtd", lambda pid: processes.end(pid, signal.SIGKILL))
        self._end(signal.SIGTERM, 5.0)

    def end_leftovers(self) -> None:
        """End the daemons and guests that the pid files of the data directory name."""
        for path in sorted((self.data_dir / "run/qemu").glob("*.pid")):
            self._with_pid(f"qemu/{path.name}", f"guest={path.stem}", processes.end)
        for name in ("libvirtd", "virtlogd"):
            self._with_pid(f"{name}.pid", name, processes.end)
        links.remove(self.data_dir / "sock")

    def _with_pid(self, name: str, mark: str, act: Callable[[int], None]) -> None:
        """Act on the process of a pid file if its command line has the mark: pid files may outlive a reboot."""
        pid = processes.read_pid(self.data_dir / "run" / name)
        if pid is not None and mark in " ".join(processes.command_line(pid)):
            act(pid)
