"""Lifecycle events: from libvirt's thread to one task, ours only, in our terms."""

from __future__ import annotations

from collections.abc import Callable

import libvirt

from nova_lite.core.clock import Clock
from nova_lite.objects.base import Value
from nova_lite.objects.states import PowerState
from nova_lite.virt.driver import HypervisorUnavailable, LifecycleEvent
from nova_lite.virt.libvirt.handles import Domain, Host
from nova_lite.virt.pump import Pump

_STATES: dict[int, PowerState] = {
    libvirt.VIR_DOMAIN_EVENT_STARTED: PowerState.RUNNING,
    libvirt.VIR_DOMAIN_EVENT_SUSPENDED: PowerState.PAUSED,
    libvirt.VIR_DOMAIN_EVENT_RESUMED: PowerState.RUNNING,
    libvirt.VIR_DOMAIN_EVENT_STOPPED: PowerState.SHUTDOWN,
    libvirt.VIR_DOMAIN_EVENT_PMSUSPENDED: PowerState.SUSPENDED,
    libvirt.VIR_DOMAIN_EVENT_CRASHED: PowerState.CRASHED,
}
_BAD_ENDS = (libvirt.VIR_DOMAIN_EVENT_STOPPED_CRASHED, libvirt.VIR_DOMAIN_EVENT_STOPPED_FAILED)


class Notice(Value, frozen=True, kw_only=True):
    """What libvirt's callback hears. ``power_state`` None: the domain's definition is gone."""

    uuid: str
    power_state: PowerState | None
    at: float


def interpret(event: int, detail: int) -> PowerState | None:
    """The power state that an event (VIR_DOMAIN_EVENT_*) and its detail tell of; None: none.

    ``SHUTDOWN`` is libvirt's word for a guest that has ended while its process is still there: ``STOPPED`` follows.
    """
    if event == libvirt.VIR_DOMAIN_EVENT_STOPPED and detail in _BAD_ENDS:
        return PowerState.CRASHED
    return _STATES.get(event)


class Lifecycle:
    """Hears libvirt's events and reports those of our domains to one listener.

    ``is_ours`` may block: it is asked from the reporting task, once for each domain.
    """

    def __init__(self, clock: Clock, is_ours: Callable[[str], bool]) -> None:
        self._clock = clock
        self._is_ours = is_ours
        self._known: set[str] = set()
        self._number = -1
        self._pump: Pump[Notice] | None = None
        self._listener: Callable[[LifecycleEvent], None] | None = None

    def start(self, listener: Callable[[LifecycleEvent], None]) -> None:
        """From now on report to ``listener``, and to nobody else."""
        self.stop()
        self._listener = listener
        self._pump = Pump(self._report)

    def stop(self) -> None:
        """Report nothing more."""
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.close()

    def register(self, host: Host) -> None:
        self._number = host.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, self._heard, None)

    def unregister(self, host: Host) -> None:
        host.domainEventDeregisterAny(self._number)

    def know(self, uuid: str) -> None:
        """This domain is ours; it need not be looked up when it speaks, and may be gone by then."""
        self._known.add(uuid)

    def hear(self, uuid: str, state: PowerState | None) -> None:
        """A domain has this state now; None: its definition is gone. From any native thread."""
        if self._pump is not None:
            self._pump.put(Notice(uuid=uuid, power_state=state, at=self._clock.now()))

    def _heard(self, _host: Host, domain: Domain, event: int, detail: int, _opaque: None) -> None:
        # In libvirt's thread: nothing here may block, log or call libvirt over the wire.
        state = interpret(event, detail)
        if state is not None or event == libvirt.VIR_DOMAIN_EVENT_UNDEFINED:
            self.hear(domain.UUIDString(), state)

    def _report(self, notice: Notice) -> None:
        if notice.power_state is None:
            self._known.discard(notice.uuid)
        elif self._listener is not None and self._ours(notice.uuid):
            self._listener(LifecycleEvent(uuid=notice.uuid, power_state=notice.power_state, at=notice.at))

    def _ours(self, uuid: str) -> bool:
        if uuid not in self._known:
            try:
                if not self._is_ours(uuid):
                    return False
            except HypervisorUnavailable:
                return False  # after the reconnection every domain of ours is announced
            self._known.add(uuid)
        return True
