"""What a compute host can be asked. Its topic is ``compute.<host>``."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from nova_lite.core.context import RequestContext
from nova_lite.objects.console import ConsoleAddress
from nova_lite.objects.diagnostics import Diagnostics
from nova_lite.objects.host import GuestsFound
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation
from nova_lite.rpc import Secret, call, cast, interface


@interface(topic="compute", version="1.0")
class Compute(Protocol):
    """One compute per host.

    Every change of an instance is one method, because the operation already says which: its arguments are a tagged
    union of which a host refuses, by name, what it does not know (docs/adr/0003).
    """

    @cast
    def run_operation(
        self, context: RequestContext, instance: Instance, operation: Operation,
        admin_pass: Annotated[str | None, Secret] = None,
    ) -> None:
        """Begin the operation at the conductor and carry it out. Safe to repeat: begun once, it is refused again.

        ``admin_pass``: for the config drive of what is booted, and of the first message only.
        """
        ...

    @call(timeout=60.0)
    def set_admin_password(
        self, context: RequestContext, operation: Operation, admin_pass: Annotated[str, Secret]
    ) -> None:
        """Begin the operation and carry it out; its end is the answer.

        Raises the driver's AgentNotEnabled, AgentSilent, PasswordNotSet, DomainNotFound, DriverUnsupported;
        Unavailable: it was not begun, or did not end in time.
        """
        ...

    @call(timeout=10.0)
    def console_output(self, context: RequestContext, instance_uuid: str, max_bytes: int) -> bytes:
        """The end of the instance's console log. Raises the driver's DomainNotFound, HypervisorUnavailable."""
        ...

    @call(timeout=10.0)
    def diagnostics(self, context: RequestContext, instance_uuid: str) -> Diagnostics:
        """What a running guest has used. Raises the driver's DomainNotFound, DomainStateConflict, DriverUnsupported."""
        ...

    @call(timeout=10.0)
    def console_access(self, context: RequestContext, instance_uuid: str, kind: Literal["vnc", "serial"]) -> str:
        """A URL under which a client may enter a console of the guest, once and not for long.

        Raises Unsupported where this host serves none; DomainNotFound, DomainStateConflict, HypervisorUnavailable.
        """
        ...

    @call(timeout=10.0)
    def console_address(self, context: RequestContext, token: str) -> ConsoleAddress:
        """What a token of this host's consoles opens; it stays good. Raises NotFound: it opens nothing, or no more."""
        ...

    @call(timeout=30.0)
    def guests_found(self, context: RequestContext) -> GuestsFound:
        """Every domain and every instance's files on this host, whoever they belong to.

        Raises HypervisorUnavailable.
        """
        ...

    @cast
    def compare_guests(self, context: RequestContext) -> None:
        """Compare guests and records now: this host counted as down, and much may have been decided without it."""
        ...

    @call(timeout=60.0)
    def destroy_strays(self, context: RequestContext, uuids: list[str]) -> list[str]:
        """Destroy those of these guests that the conductor, asked again, says must go; which those were."""
        ...
