"""Times follow from one another: who waited for a row has read its clock before whoever had it, and may be behind."""

from __future__ import annotations

import pytest

from nova_lite.core.clock import AHEAD
from nova_lite.db.reads import instances as instance_reads
from nova_lite.db.reads import operations as reads
from nova_lite.db.session import Database
from nova_lite.db.writes import instances, operations, outcomes
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Delete, Operation, Pause
from nova_lite.objects.states import VmState
from tests.builders.guests import NOW
from tests.builders.operations import an_operation
from tests.contract.db.cloud import FAULT, LEASE, Cloud, a_new_instance, succeeded
from tests.contract.db.transitions import PAUSE

LATER = NOW + 5


@pytest.fixture
def cloud(database: Database) -> Cloud:
    return Cloud.with_hosts(database, "host1")


def described(cloud: Cloud, instance: Instance, now: float) -> Instance:
    """Somebody else, whose turn was first, changed the record at that time."""
    return cloud.database.transact(lambda tx: instances.update_fields(
        tx, instance.uuid, instance.project_id, now, description=f"at {now}"
    ))


def found(cloud: Cloud, operation: Operation) -> Operation:
    with cloud.database.read() as tx:
        return reads.get(tx, operation.id)


def delete(cloud: Cloud, instance: Instance) -> Operation:
    operation = an_operation(instance, Delete(), created_at=NOW)
    deletion = cloud.database.transact(lambda tx: instances.start_delete(
        tx, operation, NOW, project_id=instance.project_id, override_lock=False
    ))
    assert deletion.operation is not None
    return deletion.operation


def test_a_change_is_not_earlier_than_the_one_before(cloud: Cloud) -> None:
    """Else who asks for what has changed since he asked last is not told of it."""
    instance = cloud.active()
    described(cloud, instance, LATER)
    assert described(cloud, instance, NOW).updated_at == LATER
    assert described(cloud, instance, LATER + 1).updated_at == LATER + 1


def test_a_clock_that_is_wrong_does_not_stop_time(cloud: Cloud) -> None:
    instance = cloud.active()
    described(cloud, instance, NOW + AHEAD + 1)
    assert described(cloud, instance, NOW).updated_at == NOW
    described(cloud, instance, NOW + AHEAD + 1)
    assert cloud.act(instance, Pause(), PAUSE).instance.updated_at == NOW


def test_an_action_begins_after_what_was_done_before(cloud: Cloud) -> None:
    instance = cloud.active()
    described(cloud, instance, LATER)
    grant = cloud.act(instance, Pause(), PAUSE)
    assert grant.instance.updated_at == LATER
    operation = found(cloud, grant.operation)
    assert operation.created_at == operation.updated_at == LATER
    done = cloud.finish(succeeded(cloud.begin(operation).operation, VmState.PAUSED))
    assert done.operation.updated_at == done.operation.finished_at == done.instance.updated_at == LATER


def test_what_is_overtaken_has_ended_when_the_other_begins(cloud: Cloud) -> None:
    instance = cloud.active()
    described(cloud, instance, LATER)
    overtaken = cloud.act(instance, Pause(), PAUSE).operation
    begun = found(cloud, delete(cloud, instance))
    ended = found(cloud, overtaken)
    assert ended.finished_at == ended.updated_at == begun.created_at == LATER


def test_a_server_without_a_host_is_deleted_after_it_was_made(cloud: Cloud) -> None:
    instance = a_new_instance(created_at=LATER, updated_at=LATER)
    cloud.accept(instance)
    operation = found(cloud, delete(cloud, instance))
    with cloud.database.read() as tx:
        gone = instance_reads.get(tx, instance.uuid, deleted=True)
    assert gone.deleted_at == gone.terminated_at == gone.updated_at == LATER
    assert operation.created_at == operation.finished_at == LATER


def test_a_boot_ends_after_it_was_taken_up(cloud: Cloud) -> None:
    operation = cloud.claim(cloud.accept(a_new_instance())).operation
    begun = cloud.database.transact(
        lambda tx: operations.begin(tx, operation.id, operation.epoch, "host1", LATER + LEASE, LATER)
    )
    assert begun.instance.updated_at == LATER
    done = cloud.finish(succeeded(begun.operation))
    assert done.instance.launched_at == done.instance.updated_at == done.operation.updated_at == LATER


def test_what_is_cast_again_and_what_is_reset_do_not_go_back_either(cloud: Cloud) -> None:
    begun = cloud.booting().operation
    cloud.database.transact(lambda tx: operations.recast(tx, begun, LATER + LEASE, LATER))
    again = found(cloud, begun)
    assert cloud.database.transact(lambda tx: operations.recast(tx, again, LATER + 2 * LEASE, NOW))
    assert found(cloud, begun).updated_at == LATER
    cloud.database.transact(lambda tx: outcomes.reset_state(tx, begun.instance_uuid, VmState.ERROR, NOW))
    assert found(cloud, begun).updated_at == LATER


def test_what_is_given_up_says_so_when_it_is(cloud: Cloud) -> None:
    begun = cloud.booting().operation
    cloud.database.transact(lambda tx: operations.recast(tx, begun, LATER + LEASE, LATER))
    failed = cloud.database.transact(
        lambda tx: operations.fail(tx, found(cloud, begun), FAULT, VmState.ERROR, NOW)
    )
    assert failed.operation.updated_at == LATER
