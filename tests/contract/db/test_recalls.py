"""A move is called back from its destination: its hosts' turns, the instance meanwhile, and who is refused."""

from __future__ import annotations

import msgspec
import pytest

from nova_lite.db.reads import audit, hosts, instances
from nova_lite.db.session import Database
from nova_lite.db.writes import operations as writes
from nova_lite.objects.errors import Superseded
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import (
    ConfirmResize,
    Migrate,
    Move,
    Operation,
    OperationResult,
    RevertResize,
    move_of,
)
from nova_lite.objects.states import Leg, OperationState, PowerState, TaskState, VmState
from tests.builders.guests import NOW
from tests.contract.db.cloud import FAULT, Cloud, an_event, failed, succeeded
from tests.contract.db.transitions import DECIDING, LEAVE

pytestmark = pytest.mark.promise(1, 2)


@pytest.fixture
def cloud(database: Database) -> Cloud:
    return Cloud.with_hosts(database, "host1", "host2")


@pytest.fixture
def arriving(cloud: Cloud) -> Operation:
    """A move that its destination has begun."""
    departing = cloud.begin(cloud.claim(cloud.act(cloud.active(), Migrate(), LEAVE).operation, "host2").operation)
    return cloud.begin(cloud.finish(succeeded(departing.operation)).operation).operation


def recalled(cloud: Cloud, operation: Operation, vm_state: VmState | None = VmState.ERROR) -> writes.Finished:
    return cloud.database.transact(lambda tx: writes.recall(tx, operation, FAULT, vm_state, NOW))


def left(operation: Operation) -> OperationResult:
    """It has failed, and something of it may be left."""
    return msgspec.structs.replace(failed(operation), undone=False)


def late(operation: Operation) -> OperationResult:
    """An end that nobody has heard of yet."""
    return msgspec.structs.replace(succeeded(operation, None), events=(an_event("compute_finish_resize"),))


def where(operation: Operation) -> tuple[str | None, Leg | None]:
    move = move_of(operation.arguments)
    return operation.host, move.leg if move is not None else None


def of(cloud: Cloud, operation: Operation) -> Instance:
    with cloud.database.read() as tx:
        assert audit.misplaced_allocations(tx) == [] and audit.unallocated(tx) == []
        assert audit.stranded(tx) == [] and audit.aimless_operations(tx) == []
        return instances.get(tx, operation.instance_uuid)


def claims(cloud: Cloud) -> list[int]:
    with cloud.database.read() as tx:
        return [hosts.one(tx, name).instances for name in ("host1", "host2")]


def test_the_source_goes_on_after_the_destination_and_is_what_it_was(cloud: Cloud, arriving: Operation) -> None:
    away = recalled(cloud, arriving)
    assert away.onward and where(away.operation) == ("host2", Leg.LEAVE)
    waiting = of(cloud, arriving)
    assert (waiting.vm_state, waiting.task_state) == (VmState.ERROR, TaskState.RESIZE_REVERTING)
    assert waiting.fault == FAULT and claims(cloud) == [1, 1]
    with pytest.raises(Superseded):
        cloud.finish(late(arriving))
    back = cloud.finish(succeeded(cloud.begin(away.operation).operation, None))
    assert back.onward and where(back.operation) == ("host1", Leg.FALL_BACK) and back.operation.epoch > arriving.epoch
    ended = cloud.finish(succeeded(cloud.begin(back.operation).operation, None))
    assert (ended.operation.state, ended.operation.message) == (OperationState.FAILED, FAULT.message)
    assert (ended.instance.vm_state, ended.instance.task_state, ended.instance.host) == (
        VmState.ACTIVE, None, "host1")
    assert claims(cloud) == [1, 0]


def test_a_server_that_was_off_is_stopped_again(cloud: Cloud, arriving: Operation) -> None:
    back = cloud.finish(succeeded(cloud.begin(recalled(cloud, arriving).operation).operation, None))
    off = msgspec.structs.replace(
        succeeded(cloud.begin(back.operation).operation, None), power_state=PowerState.SHUTDOWN
    )
    assert cloud.finish(off).instance.vm_state is VmState.STOPPED


def test_the_source_goes_on_without_a_destination_that_is_dead(cloud: Cloud, arriving: Operation) -> None:
    away = recalled(cloud, arriving).operation
    back = cloud.database.transact(lambda tx: writes.pass_over(tx, away, "it is dead", NOW))
    assert back.onward and where(back.operation) == ("host1", Leg.FALL_BACK)


def test_an_arrival_that_could_not_be_undone_is_called_back(cloud: Cloud, arriving: Operation) -> None:
    away = cloud.finish(left(arriving))
    assert away.onward and where(away.operation) == ("host2", Leg.LEAVE)
    assert (of(cloud, arriving).vm_state, of(cloud, arriving).fault) == (VmState.ACTIVE, FAULT)


def test_a_destination_that_cannot_clear_away_is_asked_again_later(cloud: Cloud, arriving: Operation) -> None:
    leaving = cloud.begin(recalled(cloud, arriving).operation).operation
    put_off = cloud.finish(failed(leaving))
    assert not put_off.onward and where(put_off.operation) == ("host2", Leg.LEAVE)
    assert put_off.operation.state is OperationState.QUEUED and put_off.operation.epoch > leaving.epoch
    assert put_off.operation.lease_expires_at is not None and put_off.operation.lease_expires_at > NOW


def test_it_is_called_back_again_when_its_time_is_up_again(cloud: Cloud, arriving: Operation) -> None:
    first = recalled(cloud, arriving, None).operation
    assert of(cloud, arriving).vm_state is VmState.ACTIVE
    began = cloud.begin(first)
    second = recalled(cloud, began.operation).operation
    assert where(second) == ("host2", Leg.LEAVE) and second.epoch > first.epoch
    assert of(cloud, arriving).vm_state is VmState.ERROR
    with pytest.raises(Superseded):
        cloud.finish(late(began.operation))


def decided(cloud: Cloud, arriving: Operation, decision: type[ConfirmResize | RevertResize], leg: Leg) -> Operation:
    """What the host begins to clear away that a decided move leaves."""
    there = cloud.finish(succeeded(arriving, VmState.RESIZED)).instance
    move = Move(source="host1", destination="host2", leg=leg)
    return cloud.begin(cloud.act(there, decision(move=move), DECIDING).operation).operation


def test_a_revert_that_failed_is_tried_again_and_not_left_to_be_confirmed(cloud: Cloud, arriving: Operation) -> None:
    leaving = decided(cloud, arriving, RevertResize, Leg.LEAVE)
    again = cloud.finish(failed(leaving))
    assert not again.onward and where(again.operation) == ("host2", Leg.LEAVE)
    shown = of(cloud, arriving)
    assert (shown.vm_state, shown.task_state, shown.fault) == (VmState.ERROR, TaskState.RESIZE_REVERTING, FAULT)
    back = cloud.finish(succeeded(cloud.begin(again.operation).operation, None))
    assert back.onward and where(back.operation) == ("host1", Leg.RETURN)
    ended = cloud.finish(succeeded(cloud.begin(back.operation).operation))
    assert (ended.operation.state, ended.operation.message) == (OperationState.DONE, "")
    assert (ended.instance.vm_state, ended.instance.fault, ended.instance.host) == (VmState.ACTIVE, None, "host1")
    assert claims(cloud) == [1, 0]


def test_a_revert_whose_host_is_silent_waits_in_error_with_the_ways_out(cloud: Cloud, arriving: Operation) -> None:
    away = recalled(cloud, decided(cloud, arriving, RevertResize, Leg.LEAVE))
    assert where(away.operation) == ("host2", Leg.LEAVE) and of(cloud, arriving).fault == FAULT
    back = cloud.database.transact(lambda tx: writes.pass_over(tx, away.operation, "it is dead", NOW))
    assert back.onward and where(back.operation) == ("host1", Leg.RETURN)


def test_a_confirmation_that_failed_is_tried_again_and_not_left_to_be_reverted(
    cloud: Cloud, arriving: Operation
) -> None:
    dismissing = decided(cloud, arriving, ConfirmResize, Leg.DISMISS)
    again = cloud.finish(failed(dismissing))
    assert not again.onward and where(again.operation) == ("host1", Leg.DISMISS)
    assert again.operation.deadline == dismissing.deadline
    assert of(cloud, arriving).vm_state is VmState.RESIZED
    done = cloud.database.transact(lambda tx: writes.pass_over(tx, again.operation, "its time is up", NOW))
    assert (done.operation.state, done.instance.vm_state, done.instance.host) == (
        OperationState.DONE, VmState.ACTIVE, "host2")
    assert claims(cloud) == [0, 1]
