"""The power switch of fake guests."""

from __future__ import annotations

from msgspec.structs import replace

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.objects.states import PowerState
from nova_lite.virt.fake.hypervisor import FakeDomain, FakeHypervisor

DEAF_POLL = 0.05  # seconds between looks at a guest that was asked to shut down


class Switch:
    """``deaf``: guests do not hear that they are asked to shut down."""

    def __init__(self, hypervisor: FakeHypervisor, clock: Clock, deaf: bool) -> None:
        self._hypervisor, self._clock, self._deaf = hypervisor, clock, deaf

    def on(self, domain: FakeDomain) -> None:
        """Start it, or let it go on where it was paused or saved."""
        if domain.power_state == PowerState.RUNNING:
            self._hypervisor.put(domain)
            return
        goes_on = domain.saved or domain.power_state == PowerState.PAUSED
        self._hypervisor.put(replace(
            domain, power_state=PowerState.RUNNING, boots=domain.boots + (not goes_on), saved=False
        ))

    def off(self, domain: FakeDomain, clean_timeout: float) -> FakeDomain:
        """Switch it off, after asking. What was saved of its memory is lost."""
        if domain.power_state == PowerState.RUNNING and self._deaf:
            deadline = self._clock.monotonic() + clean_timeout
            while self._clock.monotonic() < deadline and self._running(domain.uuid):
                concurrency.sleep(DEAF_POLL)
        off = replace(domain, power_state=PowerState.SHUTDOWN, saved=False)
        self._hypervisor.put(off)
        return off

    def _running(self, uuid: str) -> bool:
        domain = self._hypervisor.find(uuid)
        return domain is not None and domain.power_state == PowerState.RUNNING
