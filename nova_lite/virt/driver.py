"""The contract between compute and a hypervisor. One suite (``tests/contract/virt``) holds every driver to it.

Obligations that hold for every method:

* an instance's domain is identified by the instance's uuid, and by nothing else;
* methods are idempotent: repeating one that succeeded succeeds again and changes nothing;
* methods may block the calling task for long, never the process: drivers go through ``concurrency.native``;
* foreign errors never leave a driver: they become the errors below, which name the instance and the reason;
* domains that this driver did not make are never listed, changed or destroyed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from nova_lite.core.errors import Conflict, NotFound, NovaLiteError, Unavailable, Unsupported
from nova_lite.objects.base import Value
from nova_lite.objects.host import Inventory
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import PowerState


class VirtError(NovaLiteError):
    """The hypervisor failed at something it should be able to do."""

    code = "virt.error"


class DomainNotFound(NotFound):
    """There is no domain of this instance here."""

    code = "virt.domain_not_found"


class DomainStateConflict(Conflict):
    """The domain's power state forbids it (pausing what does not run)."""

    code = "virt.domain_state"


class HypervisorUnavailable(Unavailable):
    """The hypervisor cannot be reached now; trying again later may help."""

    code = "virt.unavailable"


class DriverUnsupported(Unsupported):
    """This driver has no such capability."""

    code = "virt.unsupported"


class ImageUnacceptable(NovaLiteError):
    """The image cannot be booted from: not what it says it is, or too large for the flavor's disk."""

    code = "virt.image_unacceptable"


class HostFacts(Value, frozen=True, kw_only=True):
    """What the hypervisor says of itself. ``inventory`` holds totals only; ratios and reserves are configuration."""

    hypervisor_type: str
    hypervisor_version: int
    hypervisor_hostname: str
    inventory: Inventory
    cpu_info: dict[str, str] = {}


class DomainInfo(Value, frozen=True, kw_only=True):
    """A domain of ours, as the hypervisor has it now."""

    uuid: str
    power_state: PowerState


class LifecycleEvent(Value, frozen=True, kw_only=True):
    """The hypervisor reports that a domain has changed by itself or through us. ``at``: seconds since the epoch."""

    uuid: str
    power_state: PowerState
    at: float


class GuestSpec(Value, frozen=True, kw_only=True):
    """All that a driver needs in order to spawn.

    ``image_path``: the verified base image in the host's cache (None: no disk is made). ``config_drive``: the
    finished ISO image (None: none).
    """

    instance: Instance
    image_path: Path | None = None
    config_drive: Path | None = None


class VirtDriver(Protocol):
    """The core of a driver: what every hypervisor must be able to do."""

    def setup(self, on_event: Callable[[LifecycleEvent], None]) -> None:
        """Connect and begin to report lifecycle events to ``on_event`` (called from a task, must not block).

        :raises HypervisorUnavailable: it cannot be reached; the message says what was tried.
        """
        ...

    def close(self) -> None:
        """Let go of the hypervisor. Guests go on."""
        ...

    def facts(self) -> HostFacts:
        """What the host has. Raises HypervisorUnavailable."""
        ...

    def list_domains(self) -> list[DomainInfo]:
        """Every domain of ours on this host, running or not."""
        ...

    def power_state(self, uuid: str) -> PowerState:
        """The domain's power state now. Raises DomainNotFound."""
        ...

    def create_disks(self, spec: GuestSpec) -> None:
        """Make the instance's directory and root disk (an overlay on ``image_path``, of the flavor's size).

        :raises ImageUnacceptable: the base image is not usable or larger than the flavor's disk.
        """
        ...

    def spawn(self, spec: GuestSpec) -> None:
        """Define the domain and start it. Its disks exist. Running already is success.

        :raises VirtError: the hypervisor refused; nothing of the domain remains defined.
        """
        ...

    def destroy(self, uuid: str) -> None:
        """Power off without asking, undefine, and remove the instance's files. Absent already is success."""
        ...

    def pause(self, uuid: str) -> None:
        """Stop the guest's CPUs; PAUSED afterwards. Raises DomainNotFound, DomainStateConflict."""
        ...

    def unpause(self, uuid: str) -> None:
        """Let the guest's CPUs run again; RUNNING afterwards. Raises DomainNotFound, DomainStateConflict."""
        ...

    def power_off(self, uuid: str, clean_timeout: float) -> None:
        """Ask the guest to shut down (again and again) for ``clean_timeout`` seconds, then cut the power. SHUTDOWN."""
        ...

    def power_on(self, uuid: str) -> None:
        """Start a domain that is off; RUNNING afterwards. Raises DomainNotFound."""
        ...

    def reboot(self, uuid: str, hard: bool, clean_timeout: float) -> None:
        """Restart the guest. Soft asks the guest and falls back to hard when it does not obey in time."""
        ...

    def console_output(self, uuid: str, max_bytes: int) -> bytes:
        """The last ``max_bytes`` bytes of the serial console's log. Raises DomainNotFound."""
        ...
