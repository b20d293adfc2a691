"""When the scheduler gives up looking for a host."""

from __future__ import annotations

from msgspec.structs import replace

from nova_lite.core.clock import ManualClock
from nova_lite.objects.host import HostState
from nova_lite.rpc import BusSettings, connect
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.scheduler.host_states import HostStates
from nova_lite.scheduler.manager import SchedulerManager
from tests.builders.guests import NOW, an_instance
from tests.builders.hosts import a_host
from tests.builders.operations import an_operation
from tests.unit.scheduler.test_pipeline import a_pipeline

DOWN_AFTER = 30.0
SILENT = a_host("h", last_seen_at=NOW - DOWN_AFTER - 1)


class Reporting(HostStates):
    """A picture in which a host reports right after each look at it, and of which a full read knows nothing yet."""

    def all(self) -> list[HostState]:
        seen = super().all()
        self.update(replace(SILENT, last_seen_at=NOW))
        return seen


def test_a_host_that_is_heard_of_while_it_is_looked_for_is_taken() -> None:
    instance, clock = an_instance(), ManualClock(NOW)
    bus = connect(BusSettings(transport="local", identity="nova-scheduler@test"), clock)
    states = Reporting(lambda: [SILENT])
    scheduler = SchedulerManager(
        a_pipeline(), states, bus.proxy(Conductor), lambda host: bus.proxy(Compute, host=host), clock, DOWN_AFTER
    )
    _, decision = scheduler._decide(instance, an_operation(instance))
    assert decision.candidates == ("h",)
    bus.close()
