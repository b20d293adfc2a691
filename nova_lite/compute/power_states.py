"""What guests do by themselves: lifecycle events from the hypervisor, and a comparison of all guests now and then."""

from __future__ import annotations

import logging
from collections.abc import Callable

from nova_lite.core.clock import Clock
from nova_lite.core.context import system_context
from nova_lite.core.errors import NovaLiteError
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import PowerState
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.virt.driver import DomainNotFound, LifecycleEvent, VirtDriver

LOG = logging.getLogger(__name__)


class PowerStates:
    """Tells the conductor. While an operation runs on an instance its result speaks; nothing is told meanwhile.

    ``clock``: an ordered one.
    """

    def __init__(
        self, host: str, driver: VirtDriver, conductor: Conductor, busy: Callable[[str], bool], clock: Clock
    ) -> None:
        self._host, self._driver, self._conductor, self._busy = host, driver, conductor, busy
        self._clock = clock
        self._missed: set[str] = set()

    def on_event(self, event: LifecycleEvent) -> None:
        """Called by the driver for each event."""
        self._missed.add(event.uuid)
        if not self._busy(event.uuid):
            self._try(event.uuid)

    def settled(self, uuid: str, told: PowerState | None) -> None:
        """Nothing runs on the instance any more: what happened meanwhile is told now, or soon.

        ``told``: the power state that went with the operation's end; telling it again would be a message for nothing.
        """
        if uuid in self._missed:
            self._try(uuid, told)

    def _try(self, uuid: str, told: PowerState | None = None) -> None:
        try:
            self.tell(uuid, told)
        except NovaLiteError as error:
            LOG.warning("power state of %s is told later: %s", uuid, error)

    def tell_missed(self) -> None:
        """Tell what could not be told before. Raises the bus's errors."""
        for uuid in list(self._missed):
            if not self._busy(uuid):
                self.tell(uuid)

    def tell(self, uuid: str, told: PowerState | None = None) -> None:
        """Tell the power state as it is now. The event only says that something happened: it may be old."""
        at = self._clock.now()  # not after the look: what somebody else sees meanwhile is newer
        try:
            power_state = self._driver.power_state(uuid)
        except DomainNotFound:
            self._missed.discard(uuid)  # deleted here, or about to be found missing by the comparison
            return
        except NovaLiteError as error:
            LOG.warning("power state of %s is not known: %s", uuid, error)
            return
        if power_state != told:
            self._conductor.power_state_changed(system_context(), self._host, uuid, power_state, at)
        self._missed.discard(uuid)

    def compare(self, instances: list[Instance]) -> None:
        """Find instances whose record and domain disagree, and tell the conductor of each."""
        at = self._clock.now()
        domains = {info.uuid: info.power_state for info in self._driver.list_domains()}
        for instance in instances:
            actual = domains.get(instance.uuid, PowerState.NOSTATE)
            if actual != instance.power_state and instance.task_state is None and not self._busy(instance.uuid):
                LOG.info("instance %s: recorded %s, found %s", instance.uuid, instance.power_state.name, actual.name)
                self._conductor.power_state_changed(system_context(), self._host, instance.uuid, actual, at)
