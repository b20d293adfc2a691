"""unstack.sh: stop a cloud and remove everything it made. What is gone already is no error."""

import shutil
from collections.abc import Callable

from stack import backing, bridges, hypervisor, links, openrc, processes
from stack.cloud import Cloud
from stack.options import CHOICES_FILE
from stack.report import Report
from stack.servers import Libvirt
from stack.supervision import MARK, Supervisor

GRACE = 10.0


class Down:
    """Takes one cloud down."""

    def __init__(self, cloud: Cloud, report: Report) -> None:
        self._cloud = cloud
        self._report = report
        self._supervisor = Supervisor(cloud)

    def run(self) -> None:
        """Daemons first, then guests, then the servers they stood on, then files."""
        acts: dict[str, Callable[[], str]] = {
            "daemons": self._daemons,
            "guests": self._guests,
            "networks": lambda: bridges.remove(self._cloud),
            "servers": self._servers,
            "files": self._files,
        }
        for name, act in acts.items():
            self._report.step(name, act)

    def _daemons(self) -> str:
        if not self._supervisor.running():
            return "no supervisor runs"
        daemons = self._cloud.daemons
        for program in dict.fromkeys(daemon.program for daemon in reversed(daemons)):
            self._supervisor.stop(*(daemon.name for daemon in daemons if daemon.program == program))
        return f"{len(daemons)} stopped"

    def _guests(self) -> str:
        uri = backing.known_libvirt(self._cloud)
        if uri == backing.PRIVATE:
            uri = self._private_libvirt.uri if self._private_libvirt.ready() else ""
        if not uri:
            return "none to remove through libvirt"
        return f"{hypervisor.remove_guests(uri, self._cloud.instances)} removed"

    def _servers(self) -> str:
        self._supervisor.shutdown()
        if self._private_libvirt.data_dir.exists():
            self._private_libvirt.end_leftovers()
        leftovers = processes.having(MARK, str(self._cloud.state))
        processes.end_all(leftovers, GRACE)
        return "stopped" + (f", {len(leftovers)} stray processes ended" if leftovers else "")

    def _files(self) -> str:
        openrc.remove(self._cloud)
        links.remove(self._cloud.state / "run")
        links.remove(self._private_libvirt.data_dir / "sock")
        if not (self._cloud.state / CHOICES_FILE).exists():
            return "none"
        shutil.rmtree(self._cloud.state)
        return f"{self._cloud.state} removed"

    @property
    def _private_libvirt(self) -> Libvirt:
        return Libvirt(self._cloud.servers / "libvirt")
