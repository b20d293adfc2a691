"""The other side of the fake driver: the host's domains, which outlive the driver that made them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.objects.base import Value
from nova_lite.objects.states import PowerState
from nova_lite.virt.driver import DomainNotFound, LifecycleEvent
from nova_lite.virt.pump import Pump

Listener = Callable[[LifecycleEvent], None]


class FakeDomain(Value, frozen=True, kw_only=True):
    """A domain, or only its disks as long as ``defined`` is False. ``boots``: how often it was switched on.

    ``saved``: its memory is on disk. ``kept_gb``: the size of the disk that a resize has kept. ``rescued``: it runs
    from a rescue disk. ``cards``: the MAC addresses of its network cards. ``disk``: names what is on its disk: each
    fresh one is another, and a copy is the same. ``passwords``: SHA-256 of those that were set, by user. ``silent``:
    its agent does not answer.
    """

    uuid: str
    name: str
    hostname: str
    vcpus: int
    memory_mb: int
    addresses: tuple[str, ...] = ()
    defined: bool = False
    power_state: PowerState = PowerState.SHUTDOWN
    boots: int = 0
    root_gb: int = 0
    saved: bool = False
    interrupts: int = 0
    kept_gb: int | None = None
    rescued: bool = False
    cards: tuple[str, ...] = ()
    disk: str = ""
    passwords: dict[str, str] = {}
    silent: bool = False


class FakeHypervisor:
    """Domains by uuid, in memory or, where a directory is given, in one small file each: kill -9 does not end them."""

    def __init__(self, clock: Clock, directory: Path | None = None) -> None:
        self._clock = clock
        self._directory = directory
        self._lock = concurrency.lock()
        self._pump: Pump[LifecycleEvent] | None = None
        self._domains: dict[str, FakeDomain] = {}
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            self._domains = {domain.uuid: domain for domain in map(_read, sorted(directory.glob("*.json")))}

    def listen(self, listener: Listener | None) -> None:
        """Report lifecycle events to ``listener``, from a task; None ends it."""
        if self._pump is not None:
            self._pump.close()
        self._pump = Pump(listener) if listener is not None else None

    def domains(self) -> list[FakeDomain]:
        """All domains and all disks without a domain."""
        with self._lock:
            return list(self._domains.values())

    def find(self, uuid: str) -> FakeDomain | None:
        """The domain or its disks alone."""
        return self._domains.get(uuid)

    def get(self, uuid: str) -> FakeDomain:
        """A defined domain. Raises DomainNotFound."""
        domain = self._domains.get(uuid)
        if domain is None or not domain.defined:
            raise DomainNotFound(f"no domain of instance {uuid} on this host", instance=uuid)
        return domain

    def put(self, domain: FakeDomain) -> None:
        """Add or replace a domain; a new power state is reported."""
        with self._lock:
            before = self._domains.get(domain.uuid)
            self._domains[domain.uuid] = domain
            if self._directory is not None:
                _write(self._directory / f"{domain.uuid}.json", domain)
        if domain.defined and (before is None or before.power_state != domain.power_state):
            self._report(domain.uuid, domain.power_state)

    def remove(self, uuid: str) -> None:
        """Forget a domain and its disks. Absent already is success."""
        with self._lock:
            domain = self._domains.pop(uuid, None)
            if self._directory is not None:
                (self._directory / f"{uuid}.json").unlink(missing_ok=True)
                # Others may have put files of the instance beside, as they do with a driver that has disks.
                shutil.rmtree(self._directory / uuid, ignore_errors=True)
        if domain is not None and domain.defined and domain.power_state != PowerState.SHUTDOWN:
            self._report(uuid, PowerState.SHUTDOWN)

    def guest_powers_off(self, uuid: str) -> None:
        """What happens when somebody types ``poweroff`` inside the guest."""
        self.put(msgspec.structs.replace(self.get(uuid), power_state=PowerState.SHUTDOWN))

    def guest_crashes(self, uuid: str) -> None:
        """What happens when the guest's process dies."""
        self.put(msgspec.structs.replace(self.get(uuid), power_state=PowerState.CRASHED))

    def agent_falls_silent(self, uuid: str) -> None:
        """What happens when the guest's agent ends."""
        self.put(msgspec.structs.replace(self.get(uuid), silent=True))

    def _report(self, uuid: str, state: PowerState) -> None:
        if self._pump is not None:
            self._pump.put(LifecycleEvent(uuid=uuid, power_state=state, at=self._clock.now()))


def _read(path: Path) -> FakeDomain:
    return msgspec.json.decode(path.read_bytes(), type=FakeDomain)


def _write(path: Path, domain: FakeDomain) -> None:
    scratch = path.with_suffix(".new")
    scratch.write_bytes(msgspec.json.encode(domain))
    os.replace(scratch, path)
