"""HostReport and HostState: what a compute host says of itself, and what the scheduler knows of it."""

from __future__ import annotations

from collections.abc import Iterable

from nova_lite.objects.base import Value


class Inventory(Value, frozen=True, kw_only=True):
    """What a host can give to guests: totals as the hypervisor sees them, reserves, and over-commit ratios."""

    vcpus: int
    memory_mb: int
    disk_gb: int
    reserved_vcpus: int = 0
    reserved_memory_mb: int = 0
    reserved_disk_gb: int = 0
    cpu_allocation_ratio: float = 4.0
    ram_allocation_ratio: float = 1.0
    disk_allocation_ratio: float = 1.0

    @property
    def vcpu_capacity(self) -> int:
        return int((self.vcpus - self.reserved_vcpus) * self.cpu_allocation_ratio)

    @property
    def memory_mb_capacity(self) -> int:
        return int((self.memory_mb - self.reserved_memory_mb) * self.ram_allocation_ratio)

    @property
    def disk_gb_capacity(self) -> int:
        return int((self.disk_gb - self.reserved_disk_gb) * self.disk_allocation_ratio)


class HostReport(Value, frozen=True, kw_only=True):
    """What a compute says of itself at start and every report interval; it is also its heartbeat.

    ``uuid`` identifies the host for ever, whatever it is called; ``hypervisor_version`` as libvirt numbers it.
    ``uptime`` is for people, in the words of the command of that name. ``cpu_info``: arch, model, vendor; sockets,
    cores, threads, cells as decimal numbers; features, separated by blanks.
    ``versions`` is what its compute understands on the bus.
    """

    host: str
    uuid: str
    inventory: Inventory
    hypervisor_type: str
    hypervisor_version: int
    hypervisor_hostname: str
    host_ip: str = ""
    cpu_info: dict[str, str] = {}
    uptime: str = ""
    service_version: str = "1.0"
    versions: dict[str, str] = {}
    started_at: float
    sent_at: float


class HostState(Value, frozen=True, kw_only=True):
    """A host as the scheduler weighs it. ``*_used`` are the sums of the allocations; ``generation`` of the claims."""

    host: str
    uuid: str
    inventory: Inventory
    vcpus_used: int = 0
    memory_mb_used: int = 0
    disk_gb_used: int = 0
    instances: int = 0
    enabled: bool = True
    disabled_reason: str = ""
    forced_down: bool = False
    availability_zone: str = "nova"
    hypervisor_type: str = ""
    hypervisor_version: int = 0
    hypervisor_hostname: str = ""
    host_ip: str = ""
    last_seen_at: float = 0.0
    generation: int = 0

    def is_down(self, now: float, down_after: float) -> bool:
        """Whether it counts as down: somebody said so, or it has been silent for ``down_after`` seconds."""
        return self.forced_down or now - self.last_seen_at > down_after


def is_nobody_heard(hosts: Iterable[HostState], now: float, down_after: float) -> bool:
    """Whether all these hosts have fallen silent, those aside that are forced down.

    Most likely nobody listens: the conductor or the database is away, and the silence says nothing of any one host.
    """
    awaited = [state for state in hosts if not state.forced_down]
    return bool(awaited) and all(state.is_down(now, down_after) for state in awaited)


class HostDetails(Value, frozen=True, kw_only=True):
    """What is told of a host and nothing is decided by; fields as in :class:`HostReport`."""

    cpu_info: dict[str, str] = {}
    uptime: str = ""


class GuestsFound(Value, frozen=True, kw_only=True):
    """What a host has of guests, by the uuids of their instances: ``domains``, and ``disks`` or other files."""

    domains: tuple[str, ...] = ()
    disks: tuple[str, ...] = ()
