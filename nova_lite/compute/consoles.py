"""The door to a host's consoles: who asks for a guest that runs is told where to enter."""

from __future__ import annotations

from typing import Protocol

from nova_lite.core.errors import NotFound, Unsupported
from nova_lite.objects.console import ConsoleAddress
from nova_lite.objects.states import PowerState
from nova_lite.virt.capabilities import ConsoleKind
from nova_lite.virt.driver import DomainStateConflict, VirtDriver


class Proxy(Protocol):
    """Who lets clients in."""

    def access(self, instance_uuid: str, kind: ConsoleKind) -> str: ...

    def address(self, token: str) -> ConsoleAddress | None: ...


class ConsoleDoor:
    """``proxy`` None: this host serves no consoles."""

    def __init__(self, driver: VirtDriver, proxy: Proxy | None) -> None:
        self._driver, self._proxy = driver, proxy

    def access(self, instance_uuid: str, kind: ConsoleKind) -> str:
        """See :meth:`nova_lite.rpcapi.compute.Compute.console_access`."""
        if self._proxy is None:
            raise Unsupported("this host serves no consoles", instance=instance_uuid)
        state = self._driver.power_state(instance_uuid)
        if state not in (PowerState.RUNNING, PowerState.PAUSED):
            raise DomainStateConflict(f"instance {instance_uuid} is {state.name} and has no console",
                                      instance=instance_uuid, power_state=state.name)
        return self._proxy.access(instance_uuid, kind)

    def address(self, token: str) -> ConsoleAddress:
        """See :meth:`nova_lite.rpcapi.compute.Compute.console_address`."""
        found = self._proxy.address(token) if self._proxy else None
        if found is None:
            raise NotFound("the token opens no console of this host")
        return found
