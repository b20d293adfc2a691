"""What some hypervisors can do beside the core of :class:`VirtDriver`: a small contract each.

The obligations of ``virt.driver`` hold here too: the instance's uuid names the domain, methods may be repeated, foreign
errors never leave. The same suite holds every driver that has the capability (``tests/contract/virt``).
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from nova_lite.objects.diagnostics import Diagnostics
from nova_lite.objects.instance import Instance
from nova_lite.objects.nic import Nic
from nova_lite.virt.driver import DriverUnsupported, GuestSpec, VirtDriver

C = TypeVar("C")


class Suspension(Protocol):
    """A guest's memory saved to disk."""

    def suspend(self, uuid: str) -> None:
        """Save the memory and switch the guest off; SHUTDOWN afterwards. A guest that is off stays off.

        :raises DomainNotFound: there is no domain.
        """
        ...

    def resume(self, uuid: str) -> None:
        """Let the guest go on where it was; RUNNING afterwards. One without saved memory is started.

        :raises DomainNotFound: there is no domain.
        """
        ...


class Interrupts(Protocol):
    """Interrupts that a guest cannot mask."""

    def interrupt(self, uuid: str) -> None:
        """Send one. :raises DomainNotFound, DomainStateConflict: there is no domain, or it does not run."""
        ...


class Snapshots(Protocol):
    """Copies of a root disk."""

    def snapshot(self, uuid: str, path: Path) -> None:
        """Write the root disk as it is now, whole, as a qcow2 image to ``path``, which this process can read then.

        The guest goes on: what it has not written to its disk yet is not in the image. What is at ``path`` is replaced.

        :raises DomainNotFound: there is no domain. :raises VirtError: no disk, no space.
        """
        ...


class Resizing(Protocol):
    """Another flavor, which can be taken back."""

    def resize(self, spec: GuestSpec, running: bool, clean_timeout: float) -> None:
        """Give the guest the size of ``spec``'s flavor; afterwards it is ``running`` or off.

        It is asked to shut down for ``clean_timeout`` seconds. Its disk of before is kept for ``revert``.

        :raises DomainNotFound: there is no domain. :raises VirtError: the disk cannot become smaller; no space.
        """
        ...

    def confirm(self, uuid: str) -> None:
        """Forget the disk of before. Without one that is success. :raises DomainNotFound: there is no domain."""
        ...

    def revert(self, spec: GuestSpec, running: bool) -> None:
        """Give back the disk of before and the size of ``spec``'s flavor. Where nothing was resized nothing changes.

        :raises DomainNotFound: there is no domain.
        """
        ...


class Rescue(Protocol):
    """Another root disk for a while."""

    def rescue(self, spec: GuestSpec, image_path: Path) -> None:
        """Boot from a fresh disk made of the image at ``image_path``, with the guest's root disk as its second.

        :raises DomainNotFound: there is no domain. :raises ImageUnacceptable: QEMU cannot read the image.
        """
        ...

    def unrescue(self, spec: GuestSpec, running: bool) -> None:
        """Boot from the guest's own disk again (or leave it off); the rescue disk goes.

        :raises DomainNotFound: there is no domain.
        """
        ...


class Interfaces(Protocol):
    """Network cards that come and go."""

    def attach(self, spec: GuestSpec, nic: Nic) -> None:
        """Give the guest a card; ``spec`` has it among its own. One that runs has it at once, where the driver can.

        :raises DomainNotFound: there is no domain. :raises VirtError: the host cannot plug it in.
        """
        ...

    def detach(self, spec: GuestSpec, nic: Nic) -> None:
        """Take a card from the guest; ``spec`` is without it. One that runs is asked to let go.

        :raises DomainNotFound: there is no domain. :raises VirtError: the guest does not let go.
        """
        ...


class Measuring(Protocol):
    """What guests have used."""

    def diagnostics(self, uuid: str) -> Diagnostics:
        """What is counted of a guest, as it is now; what the hypervisor does not count is None.

        :raises DomainNotFound: there is no domain. :raises DomainStateConflict: it does not run.
        """
        ...


class Passwords(Protocol):
    """Passwords inside guests. No error and no log says what the password is."""

    def set_admin_password(self, instance: Instance, password: str) -> None:
        """Give the administrator of a running guest a password; who that is, the instance's image says.

        :raises DomainNotFound: there is no domain.
        :raises AgentNotEnabled: the image does not say that it has an agent.
        :raises AgentSilent: none answers.
        :raises PasswordNotSet: the guest does not run, or the agent has refused.
        """
        ...


ConsoleKind = Literal["vnc", "serial"]


class Channel(Protocol):
    """An open console. ``read`` and ``write`` wait cooperatively and may be called from two tasks."""

    def read(self) -> bytes:
        """What the guest says next; empty once it has ended or is closed."""
        ...

    def write(self, data: bytes) -> None:
        """Tell the guest. :raises OSError, DomainStateConflict: it has ended."""
        ...

    def close(self) -> None:
        """Let go; a ``read`` that waits returns. Safe to call twice."""
        ...


class Consoles(Protocol):
    """Screens and serial lines."""

    def open_console(self, uuid: str, kind: ConsoleKind) -> Channel:
        """Open a guest's console; a serial one is taken from whoever had it.

        :raises DomainNotFound: there is no guest.
        :raises DomainStateConflict: it does not run.
        :raises VirtError: it has no such console.
        """
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Capabilities:
    """What a driver can do; None: it cannot."""

    suspension: Suspension | None = None
    interrupts: Interrupts | None = None
    snapshots: Snapshots | None = None
    resizing: Resizing | None = None
    rescue: Rescue | None = None
    interfaces: Interfaces | None = None
    measuring: Measuring | None = None
    consoles: Consoles | None = None
    passwords: Passwords | None = None


class CapableDriver(VirtDriver, Protocol):
    """A driver with all that it can do."""

    @property
    def capabilities(self) -> Capabilities:
        """Known before ``setup``, and never changing."""
        ...


def need(capability: C | None, what: str) -> C:
    """The capability. :raises DriverUnsupported: the driver has none."""
    if capability is None:
        raise DriverUnsupported(f"this host's hypervisor cannot {what}")
    return capability
