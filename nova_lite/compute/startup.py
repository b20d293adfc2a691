"""Coming back: what was begun before this process started is taken up again, and the records are compared."""

from __future__ import annotations

import logging

from nova_lite.compute.executor import Executor
from nova_lite.compute.power_states import PowerStates
from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext, system_context
from nova_lite.core.errors import NovaLiteError
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.states import OperationState
from nova_lite.rpcapi.conductor import Conductor

LOG = logging.getLogger(__name__)

RETRY = 2.0  # seconds before the conductor is asked again


class Recovery:
    """A part of the compute service: runs once, in the background, as soon as a conductor answers."""

    def __init__(self, host: str, conductor: Conductor, executor: Executor, power_states: PowerStates) -> None:
        self._host, self._conductor = host, conductor
        self._executor, self._power_states = executor, power_states
        self._stop = concurrency.event()

    def setup(self) -> None:
        """Nothing to prepare."""

    def start(self) -> None:
        concurrency.spawn(self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.recover()
                return
            except NovaLiteError as error:
                LOG.warning("recovery waits for a conductor: %s", error)
            except Exception:
                LOG.exception("recovery failed; it is tried again")
            self._stop.wait(RETRY)

    def recover(self) -> None:
        """Take up unfinished operations, then compare the guests. Raises the bus's errors."""
        for grant in self._conductor.unfinished_operations(system_context(), self._host):
            self._take_up(grant)
        self._power_states.compare(self._conductor.host_instances(system_context(), self._host))

    def _take_up(self, grant: ClaimGrant) -> None:
        operation = grant.operation
        context = RequestContext(
            request_id=operation.request_id, user_id=operation.user_id, project_id=operation.project_id
        )
        LOG.info("taking up %s of %s (%s)", operation.action, operation.instance_uuid, operation.state)
        if operation.state is OperationState.RUNNING and operation.id not in self._executor.running:
            self._executor.run(context, grant)
        else:
            self._executor.submit(context, operation)

    def stop(self, grace: float) -> None:
        self._stop.set()

    def kill(self) -> None:
        self._stop.set()

    def wait(self) -> None:
        self._stop.wait()
