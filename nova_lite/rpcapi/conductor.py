"""What a conductor can be asked: every write that is not the API's own, and the reads that compute needs."""

from __future__ import annotations

from typing import Annotated, Protocol

from nova_lite.core.context import RequestContext
from nova_lite.objects.claim import ClaimGrant, ClaimRequest, Decision
from nova_lite.objects.host import HostReport, HostState
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import OperationResult, Progress
from nova_lite.objects.service import ServiceRecord
from nova_lite.objects.states import PowerState
from nova_lite.rpc import Secret, call, cast, interface


@interface(topic="conductor", version="1.0")
class Conductor(Protocol):
    """Any number of conductors share the topic; each message goes to one of them."""

    # -- from schedulers

    @call(timeout=10.0)
    def claim(self, context: RequestContext, request: ClaimRequest) -> ClaimGrant:
        """Give the first candidate that still fits to the boot. Raises NoCapacity, Superseded."""
        ...

    @call(timeout=10.0)
    def no_valid_host(self, context: RequestContext, operation_id: str, epoch: int, decision: Decision) -> None:
        """No host can take the boot: it ends in ERROR with the decision as its reason. Repeating it is harmless."""
        ...

    @call(timeout=30.0)
    def host_states(self, context: RequestContext) -> list[HostState]:
        """Every host as the database has it now."""
        ...

    # -- from computes

    @call(timeout=10.0)
    def operation_begin(self, context: RequestContext, operation_id: str, epoch: int, host: str) -> ClaimGrant:
        """Take ownership of an operation for this host. Raises Superseded, DeadlineExceeded, NotFound."""
        ...

    @call(timeout=30.0)
    def operation_finish(
        self, context: RequestContext, result: OperationResult, admin_pass: Annotated[str | None, Secret] = None
    ) -> None:
        """The end of an operation. Raises Superseded when it is no longer this worker's: then its effects must go.

        ``admin_pass``: of a boot that another host may try; it goes along to that one.
        """
        ...

    @call(timeout=10.0)
    def renew_leases(self, context: RequestContext, host: str, progress: dict[str, Progress]) -> list[str]:
        """The host still works on these operations, by id; those that are not its own any more."""
        ...

    @call(timeout=10.0)
    def unfinished_operations(self, context: RequestContext, host: str) -> list[ClaimGrant]:
        """Operations that this host has begun or should begin."""
        ...

    @call(timeout=30.0)
    def host_instances(self, context: RequestContext, host: str) -> list[Instance]:
        """Every instance that lives on this host, deleted ones not included."""
        ...

    @call(timeout=30.0)
    def disowned_guests(self, context: RequestContext, host: str, uuids: list[str]) -> list[str]:
        """Of guests that the host has and no record gives it: those that it must destroy now, by explicit word."""
        ...

    @cast
    def power_state_changed(
        self, context: RequestContext, host: str, instance_uuid: str, power_state: PowerState, at: float
    ) -> None:
        """The hypervisor says that a domain has changed by itself. Ignored while an operation owns the instance."""
        ...

    @call(timeout=10.0)
    def register_host(self, context: RequestContext, report: HostReport) -> None:
        """A host's first report. Raises Conflict when its name or its identity is another's: it must not work then."""
        ...

    @cast
    def report_host(self, context: RequestContext, report: HostReport) -> None:
        """A host's report, which is its heartbeat too."""
        ...

    # -- from every daemon

    @call(timeout=10.0)
    def service_versions(self, context: RequestContext) -> dict[str, dict[str, str]]:
        """By topic and interface (and ``envelope``), the lowest version that runs: what may be spoken there."""
        ...

    @cast
    def service_seen(self, context: RequestContext, service: ServiceRecord) -> None:
        """A daemon is alive."""
        ...
