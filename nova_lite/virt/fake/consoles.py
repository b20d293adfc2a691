"""Consoles of fake guests: a screen that says what VNC servers say first, a shell that repeats what is typed."""

from __future__ import annotations

from nova_lite.core import concurrency
from nova_lite.objects.states import PowerState
from nova_lite.virt.capabilities import Channel, ConsoleKind
from nova_lite.virt.driver import DomainStateConflict
from nova_lite.virt.fake.hypervisor import FakeHypervisor
from nova_lite.virt.fake.trouble import Trouble

RFB = b"RFB 003.008\n"


class FakeConsoles:
    """Implements :class:`nova_lite.virt.capabilities.Consoles`."""

    def __init__(self, hypervisor: FakeHypervisor, trouble: Trouble) -> None:
        self._hypervisor, self._trouble = hypervisor, trouble

    def open_console(self, uuid: str, kind: ConsoleKind) -> Channel:
        with self._trouble.around("open_console", uuid):
            state = self._hypervisor.get(uuid).power_state
            if state not in (PowerState.RUNNING, PowerState.PAUSED):
                raise DomainStateConflict(f"instance {uuid} is {state.name} and has no console", instance=uuid)
            return Echo(RFB if kind == "vnc" else b"")


class Echo:
    """A channel whose other end repeats everything after a first word."""

    def __init__(self, first: bytes) -> None:
        self._said: concurrency.Queue[bytes] = concurrency.queue()
        if first:
            self._said.put(first)

    def read(self) -> bytes:
        return self._said.get()

    def write(self, data: bytes) -> None:
        if data:
            self._said.put(data)

    def close(self) -> None:
        self._said.put(b"")
