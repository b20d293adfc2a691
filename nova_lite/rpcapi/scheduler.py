"""What a scheduler can be asked."""

from __future__ import annotations

from typing import Annotated, Protocol

from nova_lite.core.context import RequestContext
from nova_lite.objects.host import HostState
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation
from nova_lite.rpc import Secret, cast, fanout, interface


@interface(topic="scheduler", version="1.0")
class Scheduler(Protocol):
    """Any number of schedulers share the topic; each message goes to one of them."""

    @cast
    def schedule_and_build(
        self, context: RequestContext, instance: Instance, operation: Operation,
        admin_pass: Annotated[str | None, Secret] = None,
    ) -> None:
        """Choose a host for a queued boot, claim it at the conductor and cast the boot to that host.

        Safe to repeat: an operation that is no longer queued is left alone. ``admin_pass`` goes on to the host.
        """
        ...

    @fanout
    def host_changed(self, context: RequestContext, state: HostState) -> None:
        """A host has reported or its record has changed: every scheduler updates its picture."""
        ...
