"""The conductor's endpoint. It only delegates."""

from __future__ import annotations

from nova_lite.conductor.recorder import Recorder
from nova_lite.conductor.registry import Registry
from nova_lite.core.context import RequestContext
from nova_lite.objects.claim import ClaimGrant, ClaimRequest, Decision
from nova_lite.objects.host import HostReport, HostState
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import OperationResult, Progress
from nova_lite.objects.service import ServiceRecord
from nova_lite.objects.states import PowerState
from nova_lite.rpcapi.conductor import Conductor


class ConductorManager(Conductor):
    """Implements :class:`nova_lite.rpcapi.conductor.Conductor`."""

    def __init__(self, recorder: Recorder, registry: Registry) -> None:
        self._recorder, self._registry = recorder, registry

    def claim(self, context: RequestContext, request: ClaimRequest) -> ClaimGrant:
        return self._recorder.claim(request)

    def no_valid_host(self, context: RequestContext, operation_id: str, epoch: int, decision: Decision) -> None:
        self._recorder.no_valid_host(context, operation_id, epoch, decision)

    def host_states(self, context: RequestContext) -> list[HostState]:
        return self._registry.host_states()

    def operation_begin(self, context: RequestContext, operation_id: str, epoch: int, host: str) -> ClaimGrant:
        return self._recorder.begin(operation_id, epoch, host)

    def operation_finish(
        self, context: RequestContext, result: OperationResult, admin_pass: str | None = None
    ) -> None:
        self._recorder.finish(context, result, admin_pass)

    def renew_leases(self, context: RequestContext, host: str, progress: dict[str, Progress]) -> list[str]:
        return self._recorder.renew(host, progress)

    def unfinished_operations(self, context: RequestContext, host: str) -> list[ClaimGrant]:
        return self._registry.unfinished_operations(host)

    def host_instances(self, context: RequestContext, host: str) -> list[Instance]:
        return self._registry.host_instances(host)

    def disowned_guests(self, context: RequestContext, host: str, uuids: list[str]) -> list[str]:
        return self._registry.disowned(host, uuids)

    def power_state_changed(
        self, context: RequestContext, host: str, instance_uuid: str, power_state: PowerState, at: float
    ) -> None:
        self._recorder.power_state_changed(host, instance_uuid, power_state, at)

    def register_host(self, context: RequestContext, report: HostReport) -> None:
        self._registry.report_host(context, report)

    def report_host(self, context: RequestContext, report: HostReport) -> None:
        self._registry.report_host(context, report)

    def service_versions(self, context: RequestContext) -> dict[str, dict[str, str]]:
        return self._registry.service_versions()

    def service_seen(self, context: RequestContext, service: ServiceRecord) -> None:
        self._registry.service_seen(service)
