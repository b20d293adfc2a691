"""What is to be told of operations: kept with them, as things were then, until it has been told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import update

from nova_lite.db.errors import Duplicate
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads import notices as reads
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import duties, instances, notices, outcomes
from nova_lite.db.writes import operations as operation_writes
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Delete, Operation, Pause
from nova_lite.objects.states import OperationState, VmState
from tests.builders.guests import NOW
from tests.builders.operations import an_operation
from tests.contract.db.cloud import FAULT, Cloud, a_new_instance, all_at_once, failed, succeeded
from tests.contract.db.transitions import PAUSE


@pytest.fixture
def cloud(database: Database, migrated: str) -> Iterator[Cloud]:
    telling = Database(migrated, telling=True)
    found = Cloud(telling)
    found.host()
    yield found
    telling.close()


def untold(cloud: Cloud) -> list[reads.Untold]:
    with cloud.database.read() as tx:
        return reads.untold(tx, 100)


def tell(cloud: Cloud) -> None:
    """As if all had been told."""
    found = untold(cloud)
    cloud.database.transact(lambda tx: notices.told(
        tx, [one.operation.id for one in found if one.started], [one.operation.id for one in found if one.ended]
    ))


def ending(cloud: Cloud) -> tuple[Operation, Instance]:
    """The only end that is to be told."""
    (found,) = [one for one in untold(cloud) if one.ended]
    assert found.ended is not None
    assert found.ended.instance is not None
    return found.operation, found.ended.instance


def test_a_boot_is_told_as_it_was_at_its_beginning_and_at_its_end(cloud: Cloud) -> None:
    grant = cloud.booting(user_data="c2VjcmV0", key_data="ssh-rsa AAAA")
    (started,) = untold(cloud)
    assert started.ended is None
    cloud.finish(succeeded(grant.operation))
    (found,) = untold(cloud)
    assert found.started == started.started
    assert found.started is not None
    assert found.started.instance is not None
    assert found.ended is not None
    assert found.ended.instance is not None
    assert (found.started.instance.vm_state, found.started.instance.host) == (VmState.BUILDING, None)
    assert (found.ended.instance.vm_state, found.ended.instance.host) == (VmState.ACTIVE, "host1")
    assert {found.started.instance.user_data, found.ended.instance.key_data} == {None}
    assert found.operation.state is OperationState.DONE


def test_what_was_told_is_not_told_again(cloud: Cloud) -> None:
    grant = cloud.booting()
    tell(cloud)
    assert untold(cloud) == []
    cloud.finish(succeeded(grant.operation))
    (found,) = untold(cloud)
    assert found.started is None
    tell(cloud)
    assert untold(cloud) == []


def test_an_end_that_comes_while_the_start_is_being_told_is_kept(cloud: Cloud) -> None:
    grant = cloud.booting()
    cloud.finish(succeeded(grant.operation))
    cloud.database.transact(lambda tx: notices.told(tx, [grant.operation.id], []))
    (found,) = untold(cloud)
    assert found.started is None
    assert found.ended is not None


def test_a_boot_that_is_tried_elsewhere_has_one_beginning_and_no_end_yet(cloud: Cloud) -> None:
    cloud.host("host2")
    finished = cloud.finish(failed(cloud.booting().operation, reschedule=True))
    assert finished.onward
    (found,) = untold(cloud)
    assert found.ended is None


Ending = Callable[[Cloud], VmState]


def _fails_on_its_host(cloud: Cloud) -> VmState:
    cloud.finish(failed(cloud.booting().operation))
    return VmState.ERROR


def _is_given_up(cloud: Cloud) -> VmState:
    operation = cloud.accept(a_new_instance())
    cloud.database.transact(lambda tx: operation_writes.fail(tx, operation, FAULT, VmState.ERROR, NOW))
    return VmState.ERROR


def _is_superseded(cloud: Cloud) -> VmState:
    instance = cloud.active()
    cloud.act(instance, Pause(), PAUSE)
    tell(cloud)
    operation = an_operation(instance, Delete())
    cloud.database.transact(lambda tx: instances.start_delete(
        tx, operation, NOW, project_id=instance.project_id, override_lock=False
    ))
    return VmState.ACTIVE


def _is_reset(cloud: Cloud) -> VmState:
    instance = cloud.active()
    cloud.act(instance, Pause(), PAUSE)
    tell(cloud)
    cloud.database.transact(lambda tx: outcomes.reset_state(tx, instance.uuid, VmState.ERROR, NOW))
    return VmState.ACTIVE


@pytest.mark.parametrize("end", [_fails_on_its_host, _is_given_up, _is_superseded, _is_reset])
def test_every_failure_is_told_with_the_instance_as_it_leaves_it(cloud: Cloud, end: Ending) -> None:
    expected = end(cloud)
    operation, instance = ending(cloud)
    assert operation.state is OperationState.FAILED
    assert operation.message
    assert instance.vm_state is expected


@pytest.mark.parametrize("end", [_fails_on_its_host, _is_given_up, _is_superseded, _is_reset])
def test_nothing_ends_before_it_began_by_another_clock(cloud: Cloud, end: Ending) -> None:
    """An API process writes the beginning, a conductor the end: its clock may be behind, or have been read before."""
    end(dataclasses.replace(cloud, ahead=5.0))
    operation, _ = ending(cloud)
    assert operation.finished_at == operation.created_at == NOW + 5


def test_a_delete_is_told_with_the_time_at_which_it_happened(cloud: Cloud) -> None:
    instance = cloud.active()
    operation = an_operation(instance, Delete(), host="host1")
    cloud.database.transact(lambda tx: instances.start_delete(
        tx, operation, NOW, project_id=instance.project_id, override_lock=False
    ))
    tell(cloud)
    cloud.finish(succeeded(cloud.begin(operation).operation, vm_state=VmState.DELETED), now=NOW + 7)
    ended, gone = ending(cloud)
    assert (ended.finished_at, gone.deleted_at, gone.vm_state) == (NOW + 7, NOW + 7, VmState.DELETED)


def test_a_delete_that_needs_no_host_is_told_whole(cloud: Cloud) -> None:
    instance = a_new_instance()
    cloud.accept(instance)
    tell(cloud)
    operation = an_operation(instance, Delete())
    cloud.database.transact(lambda tx: instances.start_delete(
        tx, operation, NOW, project_id=instance.project_id, override_lock=False
    ))
    found = {one.operation.id: one for one in untold(cloud)}
    assert found[operation.id].started
    assert found[operation.id].ended
    assert len(found) == 2  # and the boot that it superseded


def test_nothing_is_kept_where_nobody_is_told(cloud: Cloud, database: Database) -> None:
    silent = Cloud(database)
    silent.finish(succeeded(silent.booting().operation))
    assert untold(cloud) == []


def test_a_backlog_is_bounded_and_loses_its_oldest(cloud: Cloud) -> None:
    operations = [cloud.accept(a_new_instance()) for _ in range(5)]
    assert cloud.database.transact(lambda tx: notices.give_up(tx, 5)) == 0
    assert cloud.database.transact(lambda tx: notices.give_up(tx, 2)) == 3
    assert [one.operation.id for one in untold(cloud)] == [operation.id for operation in operations[3:]]


def test_a_snapshot_that_nobody_can_read_holds_up_nothing(cloud: Cloud) -> None:
    broken, sound = cloud.accept(a_new_instance()), cloud.accept(a_new_instance())
    cloud.database.transact(lambda tx: _spoil(tx, broken.id))
    first, second = untold(cloud)
    assert first.started == reads.Snapshot(None)
    assert second.operation.id == sound.id
    assert second.started is not None
    assert second.started.instance is not None


def _spoil(tx: Tx, operation_id: str) -> None:
    tx.change(update(OperationRow).where(OperationRow.uuid == operation_id).values(began_with="{"))


def test_a_duty_is_one_holders_until_its_time_is_over(database: Database) -> None:
    def take(holder: str, now: float) -> bool:
        return database.transact(lambda tx: duties.take(tx, "telling", holder, now + 10, now))

    assert take("a", NOW)
    assert not take("b", NOW + 9)
    assert take("a", NOW + 9)
    assert not take("b", NOW + 18)
    assert take("b", NOW + 19)
    assert not take("a", NOW + 20)


def test_a_duty_that_is_given_back_is_the_next_ones_at_once(database: Database) -> None:
    def take(holder: str) -> bool:
        return database.transact(lambda tx: duties.take(tx, "telling", holder, NOW + 10, NOW))

    assert take("a")
    database.transact(lambda tx: duties.leave(tx, "telling", "b"))  # whose it is not
    assert not take("b")
    database.transact(lambda tx: duties.leave(tx, "telling", "a"))
    assert take("b")


def test_of_many_who_take_a_duty_at_once_one_has_it(database: Database) -> None:
    def take(holder: str) -> bool:
        try:
            return database.transact(lambda tx: duties.take(tx, "telling", holder, NOW + 10, NOW))
        except Duplicate:
            return False

    assert sorted(map(str, all_at_once(*(partial(take, name) for name in "abcdef")))) == ["False"] * 5 + ["True"]
