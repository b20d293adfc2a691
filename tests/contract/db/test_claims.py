"""A claim takes a place on a host, once, and never more than there is."""

from __future__ import annotations

import functools

import pytest

from nova_lite.core.errors import NotFound
from nova_lite.db.reads import hosts, instances, operations
from nova_lite.db.session import Database
from nova_lite.db.writes import claims
from nova_lite.db.writes import hosts as host_writes
from nova_lite.objects.claim import ClaimGrant, ClaimRequest
from nova_lite.objects.errors import NoCapacity, Superseded
from nova_lite.objects.states import OperationState, TaskState
from tests.builders.guests import NOW
from tests.builders.hosts import an_inventory
from tests.contract.db.cloud import LEASE, Cloud, a_new_instance, a_size, all_at_once

pytestmark = pytest.mark.promise(3)


@pytest.fixture
def cloud(database: Database) -> Cloud:
    return Cloud(database)


def test_the_first_candidate_with_room_wins(cloud: Cloud) -> None:
    cloud.host("full", an_inventory(vcpus=0))
    cloud.host("first")
    cloud.host("second")
    grant = cloud.claim(cloud.accept(a_new_instance()), "unknown", "full", "first", "second")
    assert (grant.instance.host, grant.instance.task_state) == ("first", TaskState.SCHEDULING)
    assert (grant.operation.host, grant.operation.epoch, grant.operation.attempt) == ("first", 1, 1)
    assert grant.operation.lease_expires_at == NOW + LEASE
    with cloud.database.read() as tx:
        assert operations.get(tx, grant.operation.id) == grant.operation
        assert instances.get(tx, grant.instance.uuid) == grant.instance


def test_a_claim_is_counted_on_the_host_and_in_the_ledger(cloud: Cloud) -> None:
    cloud.host()
    instance = a_new_instance(flavor=a_size(vcpus=2, memory_mb=100, root_gb=7))
    cloud.claim(cloud.accept(instance))
    with cloud.database.read() as tx:
        state = hosts.one(tx, "host1")
        ledger = hosts.allocations(tx, "host1")
    assert (state.vcpus_used, state.memory_mb_used, state.disk_gb_used, state.instances) == (2, 100, 7, 1)
    assert state.generation == 1
    assert ledger == {instance.uuid: (2, 100, 7)}


@pytest.mark.parametrize("size", [a_size(vcpus=5), a_size(memory_mb=4097), a_size(root_gb=101)],
                         ids=["vcpus", "memory", "disk"])
def test_each_resource_limits(cloud: Cloud, size: object) -> None:
    cloud.host()
    operation = cloud.accept(a_new_instance(flavor=size))
    with pytest.raises(NoCapacity):
        cloud.claim(operation)


@pytest.mark.parametrize("size", [a_size(vcpus=4), a_size(memory_mb=4096), a_size(root_gb=100)],
                         ids=["vcpus", "memory", "disk"])
def test_a_host_can_be_filled_to_the_brim(cloud: Cloud, size: object) -> None:
    cloud.host()
    assert cloud.claim(cloud.accept(a_new_instance(flavor=size))).instance.host == "host1"


def test_a_disabled_host_and_one_that_is_forced_down_take_nothing(cloud: Cloud) -> None:
    cloud.host("off")
    cloud.host("down")
    cloud.database.transact(lambda tx: host_writes.set_enabled(tx, "off", False, "mending", NOW))
    cloud.database.transact(lambda tx: host_writes.set_forced_down(tx, "down", True, NOW))
    operation = cloud.accept(a_new_instance())
    with pytest.raises(NoCapacity):
        cloud.claim(operation, "off", "down")


def test_a_refused_claim_changes_nothing(cloud: Cloud) -> None:
    before = cloud.host()
    operation = cloud.accept(a_new_instance(flavor=a_size(vcpus=99)))
    with pytest.raises(NoCapacity):
        cloud.claim(operation)
    with cloud.database.read() as tx:
        assert hosts.one(tx, "host1") == before
        assert operations.get(tx, operation.id).epoch == 0


def test_a_claim_that_comes_twice_is_refused_the_second_time(cloud: Cloud) -> None:
    cloud.host()
    operation = cloud.accept(a_new_instance())
    cloud.claim(operation)
    with pytest.raises(Superseded):
        cloud.claim(operation)
    with cloud.database.read() as tx:
        assert hosts.one(tx, "host1").instances == 1


def test_an_unknown_operation_cannot_claim(cloud: Cloud) -> None:
    request = ClaimRequest(operation_id="nobody", epoch=0, candidates=("host1",))
    with pytest.raises(NotFound):
        cloud.database.transact(lambda tx: claims.claim(tx, request, NOW, LEASE))


def test_release_gives_everything_back_once(cloud: Cloud) -> None:
    cloud.host()
    uuid = cloud.claim(cloud.accept(a_new_instance())).instance.uuid
    assert cloud.database.transact(lambda tx: claims.release(tx, uuid)) is True
    assert cloud.database.transact(lambda tx: claims.release(tx, uuid)) is False
    with cloud.database.read() as tx:
        state = hosts.one(tx, "host1")
        assert hosts.allocations(tx, "host1") == {}
    assert (state.vcpus_used, state.memory_mb_used, state.disk_gb_used, state.instances) == (0, 0, 0, 0)
    assert state.generation == 2


def test_rivals_never_take_more_than_there_is(cloud: Cloud) -> None:
    """12 boots, in two opposite orders of preference, for 3 + 4 places."""
    cloud.host("left", an_inventory(vcpus=3))
    cloud.host("right", an_inventory(vcpus=4))
    orders = (("left", "right"), ("right", "left"))
    asked = [(cloud.accept(a_new_instance()), orders[number % 2]) for number in range(12)]
    found = all_at_once(*(functools.partial(cloud.claim, operation, *order) for operation, order in asked))
    granted = [grant.operation.host or "" for grant in found if isinstance(grant, ClaimGrant)]
    assert sorted(granted) == [*["left"] * 3, *["right"] * 4]
    assert [type(error) for error in found if not isinstance(error, ClaimGrant)] == [NoCapacity] * 5
    with cloud.database.read() as tx:
        assert [(state.host, state.vcpus_used, state.instances) for state in hosts.every(tx)] == [
            ("left", 3, 3), ("right", 4, 4),
        ]
        assert (len(hosts.allocations(tx, "left")), len(hosts.allocations(tx, "right"))) == (3, 4)


def test_rivals_for_one_operation_get_it_once(cloud: Cloud) -> None:
    for name in ("a", "b", "c", "d"):
        cloud.host(name)
    operation = cloud.accept(a_new_instance())
    found = all_at_once(*(functools.partial(cloud.claim, operation, name) for name in ("a", "b", "c", "d")))
    (grant,) = (item for item in found if isinstance(item, ClaimGrant))
    assert [type(item) for item in found if item is not grant] == [Superseded] * 3
    with cloud.database.read() as tx:
        assert sum(state.instances for state in hosts.every(tx)) == 1
        assert operations.get(tx, operation.id).state is OperationState.QUEUED
