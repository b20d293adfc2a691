"""Power: pausing, switching on and off, asking a guest to shut down."""

from __future__ import annotations

import libvirt

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.objects.states import PowerState
from nova_lite.virt.driver import DomainStateConflict
from nova_lite.virt.libvirt.connection import tolerate
from nova_lite.virt.libvirt.domains import Domains, power_state, stop
from nova_lite.virt.libvirt.handles import Domain

# The button and not the agent inside the guest: an agent that hangs would keep libvirt waiting for a minute.
_BUTTON = libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN
_UNKNOWN_FLAG = (libvirt.VIR_ERR_INVALID_ARG,)  # the test driver's guests have no buttons

POLL = 0.1  # seconds between looks at a guest that was asked to shut down


class Power:
    """Changes power states. Every step looks first, so that it may be repeated."""

    def __init__(self, domains: Domains, clock: Clock, shutdown_repeat: float) -> None:
        self._domains = domains
        self._clock = clock
        self._shutdown_repeat = shutdown_repeat

    def pause(self, uuid: str) -> None:
        """See VirtDriver."""
        self._domains.run(uuid, "pausing", _pause)

    def unpause(self, uuid: str) -> None:
        """See VirtDriver."""
        self._domains.run(uuid, "unpausing", _unpause)

    def on(self, uuid: str) -> None:
        """See VirtDriver.power_on."""
        self._domains.run(uuid, "powering on", _start)

    def off(self, uuid: str, clean_timeout: float) -> None:
        """See VirtDriver.power_off."""
        if not self._shut_down(uuid, clean_timeout):
            self._domains.run(uuid, "powering off", _off)

    def reboot(self, uuid: str, hard: bool, clean_timeout: float) -> None:
        """See VirtDriver. Off and on again, so that the domain starts from its definition."""
        self.off(uuid, 0.0 if hard else clean_timeout)
        self.on(uuid)

    def _shut_down(self, uuid: str, timeout: float) -> bool:
        """Press the power button again and again; True when the guest is off."""
        deadline = self._clock.monotonic() + timeout
        pressed = float("-inf")
        while self._clock.monotonic() < deadline:
            # A guest that has not started its ACPI daemon yet does not hear the button: once is not enough.
            press = self._clock.monotonic() - pressed >= self._shutdown_repeat
            state = self._domains.run(uuid, "shutting down", _press if press else power_state)
            if state != PowerState.RUNNING:
                return state == PowerState.SHUTDOWN
            pressed = self._clock.monotonic() if press else pressed
            concurrency.sleep(POLL)
        return False


def _pause(domain: Domain) -> None:
    if _running_or_paused(domain, "paused") == PowerState.RUNNING:
        domain.suspend()


def _unpause(domain: Domain) -> None:
    if _running_or_paused(domain, "unpaused") == PowerState.PAUSED:
        domain.resume()


def _start(domain: Domain) -> None:
    if not domain.isActive():
        domain.create()
    elif power_state(domain) == PowerState.PAUSED:
        domain.resume()


def _off(domain: Domain) -> None:
    stop(domain)
    if domain.hasManagedSaveImage(0):
        domain.managedSaveRemove(0)  # else the next start would go on from there


def _press(domain: Domain) -> PowerState:
    """The state before; a running guest has been asked to shut down."""
    state = power_state(domain)
    if state == PowerState.RUNNING and tolerate(_UNKNOWN_FLAG, lambda: domain.shutdownFlags(_BUTTON)) is None:
        domain.shutdown()
    return state


def _running_or_paused(domain: Domain, wanted: str) -> PowerState:
    state = power_state(domain)
    if state not in (PowerState.RUNNING, PowerState.PAUSED):
        uuid = domain.UUIDString()
        raise DomainStateConflict(
            f"instance {uuid} is {state.name} and cannot be {wanted}", instance=uuid, power_state=state.name
        )
    return state
