"""What this host has and who it is, told to the conductor every report interval."""

from __future__ import annotations

import dataclasses
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from nova_lite.core.clock import Clock
from nova_lite.core.context import system_context
from nova_lite.core.ids import new_uuid
from nova_lite.objects.host import HostReport, Inventory
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.virt.driver import HostFacts, VirtDriver


def host_uuid(state_path: Path) -> str:
    """This host's identity, made once and kept in ``state_path``: a changed host name does not change it."""
    path = state_path / "host-uuid"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new_uuid() + "\n")
    return path.read_text().strip()


def host_ip() -> str:
    """The address that this host has towards others; the loopback one where there are no others.

    Connecting a datagram socket sends nothing: it only asks the kernel which way packets would go.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # documentation's network: nobody lives there
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def uptime(now: float) -> str:
    """How long this machine has been up and how busy it is, as the command ``uptime`` says it; times in UTC."""
    up = int(float(Path("/proc/uptime").read_text().split()[0]))
    days, rest = divmod(up, 86400)
    spell = f"{days} day{'s' * (days != 1)}, " if days else ""
    loads = ", ".join(f"{load:.2f}" for load in os.getloadavg())
    return (f"{time.strftime('%H:%M:%S', time.gmtime(now))} up {spell}{rest // 3600:2d}:{rest % 3600 // 60:02d},  "
            f"load average: {loads}")


@dataclasses.dataclass(frozen=True)
class Allowance:
    """What configuration adds to the hypervisor's facts: over-commit ratios and reserves."""

    cpu_allocation_ratio: float
    ram_allocation_ratio: float
    disk_allocation_ratio: float
    reserved_memory_mb: int
    reserved_disk_gb: int

    def of(self, inventory: Inventory) -> Inventory:
        return msgspec.structs.replace(inventory, **dataclasses.asdict(self))


@dataclasses.dataclass(frozen=True)
class Host:
    """Who this host is: its name, its identity, and what its service understands on the bus."""

    name: str
    uuid: str
    versions: Callable[[], dict[str, str]]


class HostReporter:
    """Sends the reports of one host. ``clock``: an ordered one."""

    def __init__(
        self, who: Host, driver: VirtDriver, conductor: Conductor, allowance: Allowance, clock: Clock
    ) -> None:
        self._who, self._driver, self._conductor = who, driver, conductor
        self._allowance, self._clock = allowance, clock
        self._started_at = clock.now()

    def register(self) -> None:
        """The first report, answered. Raises Conflict when this host is not who it says, or the bus's errors."""
        self._conductor.register_host(system_context(), self.document(self._driver.facts()))

    def report(self) -> None:
        """Send one report. A hypervisor that cannot be reached sends none: the host counts as down after a while."""
        self._conductor.report_host(system_context(), self.document(self._driver.facts()))

    def document(self, facts: HostFacts) -> HostReport:
        """The report as a value."""
        now = self._clock.now()
        return HostReport(
            host=self._who.name, uuid=self._who.uuid, inventory=self._allowance.of(facts.inventory),
            hypervisor_type=facts.hypervisor_type, hypervisor_version=facts.hypervisor_version,
            hypervisor_hostname=facts.hypervisor_hostname, host_ip=host_ip(), cpu_info=facts.cpu_info,
            versions=self._who.versions(), uptime=uptime(now), started_at=self._started_at, sent_at=now,
        )
