"""The compute's endpoint. It only delegates."""

from __future__ import annotations

from collections.abc import Callable

from nova_lite.compute.consoles import ConsoleDoor
from nova_lite.compute.executor import Executor
from nova_lite.compute.strays import Strays
from nova_lite.core.context import RequestContext
from nova_lite.objects.console import ConsoleAddress
from nova_lite.objects.diagnostics import Diagnostics
from nova_lite.objects.host import GuestsFound
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation
from nova_lite.rpcapi.compute import Compute
from nova_lite.virt.capabilities import CapableDriver, ConsoleKind, need


class ComputeManager(Compute):
    """Implements :class:`nova_lite.rpcapi.compute.Compute`."""

    def __init__(
        self, executor: Executor, driver: CapableDriver, strays: Strays, compare: Callable[[], None],
        consoles: ConsoleDoor,
    ) -> None:
        self._executor, self._driver, self._strays, self._compare = executor, driver, strays, compare
        self._consoles = consoles

    def run_operation(
        self, context: RequestContext, instance: Instance, operation: Operation, admin_pass: str | None = None
    ) -> None:
        # The instance in the message is what the sender knew; the conductor's grant carries it as it is now.
        self._executor.submit(context, operation, admin_pass)

    def set_admin_password(self, context: RequestContext, operation: Operation, admin_pass: str) -> None:
        self._executor.perform(context, operation, admin_pass)

    def console_output(self, context: RequestContext, instance_uuid: str, max_bytes: int) -> bytes:
        return self._driver.console_output(instance_uuid, max_bytes)

    def diagnostics(self, context: RequestContext, instance_uuid: str) -> Diagnostics:
        return need(self._driver.capabilities.measuring, "measure guests").diagnostics(instance_uuid)

    def console_access(self, context: RequestContext, instance_uuid: str, kind: ConsoleKind) -> str:
        return self._consoles.access(instance_uuid, kind)

    def console_address(self, context: RequestContext, token: str) -> ConsoleAddress:
        return self._consoles.address(token)

    def guests_found(self, context: RequestContext) -> GuestsFound:
        return self._strays.found()

    def compare_guests(self, context: RequestContext) -> None:
        self._compare()

    def destroy_strays(self, context: RequestContext, uuids: list[str]) -> list[str]:
        return self._strays.destroy(uuids)
