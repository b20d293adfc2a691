"""What waits for the database is dated, and its leases begin, when its turn has come: not when it began to wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from nova_lite.api.compute.lifecycle import Deadlines, Lifecycle
from nova_lite.conductor.dispatch import Dispatch
from nova_lite.conductor.reaper import Reaper
from nova_lite.conductor.recorder import Recorder
from nova_lite.conf.control import ConductorSettings
from nova_lite.core.clock import ManualClock
from nova_lite.core.context import RequestContext
from nova_lite.db.reads import instances as instance_reads
from nova_lite.db.reads import operations as reads
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import hosts
from nova_lite.objects.claim import ClaimGrant, ClaimRequest
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Create, Operation, OperationResult, Pause, Progress
from nova_lite.objects.quota import Quota
from nova_lite.objects.states import PowerState, TaskState, VmState
from nova_lite.rpc import BusSettings, LocalExchange, connect
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.scheduler import Scheduler
from tests.builders.guests import an_instance
from tests.contract.db.cloud import a_report
from tests.functional.api.cloud import create_schema

T = TypeVar("T")
WAIT = 20.0  # seconds
BEGIN, ACTION = 2.0, 300.0
SETTINGS = ConductorSettings(lease=10.0, requeue_after=3.0)
CONTEXT = RequestContext(request_id="req-1", user_id="u", project_id="p")


class Busy(Database):
    """Whoever wants to write waits."""

    def __init__(self, url: str, clock: ManualClock) -> None:
        super().__init__(url)
        self._waiting = clock

    def transact(self, function: Callable[[Tx], T]) -> T:
        """Its turn comes after :data:`WAIT`."""
        self._waiting.advance(WAIT)
        return super().transact(function)


class Office:
    """An API, a conductor's recorder and its reaper, over one busy database; nobody hears what they cast."""

    def __init__(self, path: Path) -> None:
        create_schema(path)
        self.clock = ManualClock()
        self.database = Busy(f"sqlite:///{path}/cloud.sqlite", self.clock)
        self.bus = connect(BusSettings(transport="local", identity="nova-api@test"), self.clock, LocalExchange())
        scheduler = self.bus.proxy(Scheduler)
        deadlines = Deadlines(create=600.0, action=ACTION, begin=BEGIN)
        dispatch = Dispatch(scheduler, self._compute_at)
        self.api = Lifecycle(self.database, scheduler, self._compute_at, self.clock, deadlines)
        self.recorder = Recorder(self.database, dispatch, self.clock, SETTINGS)
        self.reaper = Reaper(self.database, dispatch, self.clock, SETTINGS)
        self.database.transact(lambda tx: hosts.report(tx, a_report("host1"), self.now))

    def _compute_at(self, host: str) -> Compute:
        return self.bus.proxy(Compute, host=host)

    @property
    def now(self) -> float:
        return self.clock.now()

    def close(self) -> None:
        self.bus.close()
        self.database.close()

    def seen(self, server: Instance) -> tuple[Instance, Operation]:
        """The record, and that of the newest operation."""
        with self.database.read() as tx:
            return instance_reads.get(tx, server.uuid, deleted=True), reads.of_instance(tx, server.uuid)[0]

    def boot(self) -> Instance:
        server = an_instance(task_state=TaskState.SCHEDULING, created_at=self.now, updated_at=self.now)
        self.api.create(CONTEXT, [server], Create(), Quota(instances=-1, cores=-1, ram=-1))
        return server

    def claim(self, operation: Operation) -> ClaimGrant:
        request = ClaimRequest(operation_id=operation.id, epoch=operation.epoch, candidates=("host1",))
        return self.recorder.claim(request)

    def active(self) -> Instance:
        server = self.boot()
        grant = self.claim(self.seen(server)[1])
        self.recorder.begin(grant.operation.id, grant.operation.epoch, "host1")
        self.recorder.finish(CONTEXT, OperationResult(
            operation_id=grant.operation.id, epoch=grant.operation.epoch, host="host1", outcome="done",
            vm_state=VmState.ACTIVE, power_state=PowerState.RUNNING,
        ))
        return server


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def test_a_boot(office: Office) -> None:
    server = office.boot()
    shown, operation = office.seen(server)
    assert shown.created_at == shown.updated_at == operation.created_at == office.now
    assert operation.lease_expires_at == office.now + BEGIN
    grant = office.claim(operation)
    assert grant.operation.lease_expires_at == office.now + SETTINGS.requeue_after
    begun = office.recorder.begin(grant.operation.id, grant.operation.epoch, "host1").operation
    assert begun.lease_expires_at == office.now + SETTINGS.lease
    progress = Progress(epoch=begun.epoch, step="spawn", at=office.now)
    assert office.recorder.renew("host1", {begun.id: progress}) == []
    assert office.seen(server)[1].lease_expires_at == office.now + SETTINGS.lease


def test_the_end_of_a_boot(office: Office) -> None:
    shown, operation = office.seen(office.active())
    assert shown.launched_at == shown.updated_at == operation.finished_at == office.now


def test_an_action_and_its_being_called_off(office: Office) -> None:
    server = office.active()
    grant = office.api.accept(CONTEXT, office.seen(server)[0], Pause(), override_lock=False)
    assert grant.instance.updated_at == grant.operation.created_at == office.now
    assert grant.operation.deadline == office.now + ACTION
    assert grant.operation.lease_expires_at == office.now + BEGIN
    office.api.call_off(grant.operation, "nobody hears")
    assert office.seen(server)[1].finished_at == office.now


def test_a_deletion(office: Office) -> None:
    server = office.boot()
    office.api.delete(CONTEXT, office.seen(server)[0], override_lock=False)
    shown, operation = office.seen(server)
    assert shown.deleted_at == shown.terminated_at == operation.created_at == operation.finished_at == office.now


def test_a_guest_that_ends_by_itself(office: Office) -> None:
    server = office.active()
    office.recorder.power_state_changed("host1", server.uuid, PowerState.SHUTDOWN, office.now + 1)
    assert office.seen(server)[0].updated_at == office.now


def test_what_is_cast_again_has_its_whole_lease(office: Office) -> None:
    """One look at many of them takes long: the last would be cast again by the next one at once."""
    server = office.boot()
    office.clock.advance(BEGIN)
    office.reaper.reap()
    lease = office.seen(server)[1].lease_expires_at
    assert lease is not None and lease >= office.now + SETTINGS.requeue_after


def test_what_is_given_up_ends_when_it_is(office: Office) -> None:
    server = office.boot()
    office.clock.advance(600.0)
    office.reaper.reap()
    shown, operation = office.seen(server)
    assert shown.vm_state is VmState.ERROR
    assert operation.finished_at == shown.updated_at == office.now
