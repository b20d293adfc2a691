"""A resize takes the room of both flavors until it is decided, whichever way it ends; shelving gives the room back."""

from __future__ import annotations

import pytest

from nova_lite.core.errors import Invalid, QuotaExceeded
from nova_lite.core.ids import new_uuid
from nova_lite.db.reads import audit, hosts, instances, operations
from nova_lite.db.session import Database
from nova_lite.db.writes import claims, resizing
from nova_lite.db.writes import operations as operation_writes
from nova_lite.db.writes.instances import Transition
from nova_lite.db.writes.outcomes import reset_state
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance, Kept
from nova_lite.objects.operation import ConfirmResize, Resize, RevertResize, Shelve, Suspend, Unshelve
from nova_lite.objects.quota import Quota
from nova_lite.objects.states import OperationState, TaskState, VmState
from tests.builders.guests import NOW
from tests.builders.hosts import an_inventory
from tests.builders.operations import an_operation
from tests.contract.db.cloud import FAULT, UNLIMITED, Cloud, a_size, failed, succeeded
from tests.contract.db.transitions import DECIDING

pytestmark = pytest.mark.promise(4)

SMALL, LARGE = a_size(1, 64, 1), a_size(2, 128, 3)
PREPARING = Transition(task_state=TaskState.RESIZE_PREP, from_vm_states=frozenset({VmState.ACTIVE}))
SHELVING = Transition(task_state=TaskState.SHELVING, from_vm_states=frozenset({VmState.ACTIVE}))
UNSHELVING = Transition(
    task_state=TaskState.UNSHELVING, from_vm_states=frozenset({VmState.SHELVED_OFFLOADED}), unplaced=True
)


@pytest.fixture
def cloud(database: Database) -> Cloud:
    made = Cloud(database)
    made.host("host1", an_inventory(vcpus=4, memory_mb=4096, disk_gb=100))
    return made


def used(cloud: Cloud) -> tuple[int, int, int, int]:
    with cloud.database.read() as tx:
        state = hosts.one(tx, "host1")
        ledger = list(hosts.allocations(tx, "host1").values())
    assert [sum(column) for column in zip(*ledger, strict=True)] == (
        [state.vcpus_used, state.memory_mb_used, state.disk_gb_used] if ledger else [])
    return state.vcpus_used, state.memory_mb_used, state.disk_gb_used, state.instances


def resizing_to(cloud: Cloud, instance: Instance, flavor: Flavor, quota: Quota = UNLIMITED) -> ClaimGrant:
    grant = cloud.act(instance, Resize(flavor=flavor), PREPARING)
    cloud.database.transact(lambda tx: resizing.accept(tx, grant, flavor, quota, NOW))
    return cloud.begin(grant.operation)


def resized(cloud: Cloud) -> Instance:
    running = cloud.active(flavor=SMALL)
    return cloud.finish(succeeded(resizing_to(cloud, running, LARGE).operation, VmState.RESIZED)).instance


def test_a_resized_instance_has_the_new_flavor_and_keeps_the_old_one(cloud: Cloud) -> None:
    instance = resized(cloud)
    assert (instance.flavor, instance.kept, instance.vm_state) == (LARGE, Kept(flavor=SMALL), VmState.RESIZED)
    with cloud.database.read() as tx:
        assert instances.get(tx, instance.uuid) == instance
        assert instances.usage(tx, instance.project_id).cores == 2
        assert audit.missized(tx) == []
    assert used(cloud) == (3, 192, 4, 1)


@pytest.mark.parametrize(("arguments", "flavor"), [(ConfirmResize(), LARGE), (RevertResize(), SMALL)])
def test_a_decided_resize_takes_the_room_of_one_flavor(
    cloud: Cloud, arguments: ConfirmResize | RevertResize, flavor: Flavor
) -> None:
    grant = cloud.begin(cloud.act(resized(cloud), arguments, DECIDING).operation)
    instance = cloud.finish(succeeded(grant.operation)).instance
    assert (instance.flavor, instance.kept, instance.vm_state) == (flavor, None, VmState.ACTIVE)
    assert used(cloud) == (flavor.vcpus, flavor.memory_mb, flavor.disk_gb, 1)


def test_a_failed_resize_gives_the_new_flavors_room_back(cloud: Cloud) -> None:
    grant = resizing_to(cloud, cloud.active(flavor=SMALL), LARGE)
    assert used(cloud) == (3, 192, 4, 1)
    instance = cloud.finish(failed(grant.operation)).instance
    assert (instance.flavor, instance.kept, instance.vm_state) == (SMALL, None, VmState.ACTIVE)
    assert used(cloud) == (1, 64, 1, 1)


def test_a_resize_that_nobody_ended_gives_it_back_too(cloud: Cloud) -> None:
    grant = resizing_to(cloud, cloud.active(flavor=SMALL), LARGE)
    cloud.database.transact(lambda tx: operation_writes.fail(tx, grant.operation, FAULT, None, NOW))
    assert used(cloud) == (1, 64, 1, 1)


def test_a_host_without_the_room_refuses_and_nothing_changes(cloud: Cloud) -> None:
    running = cloud.active(flavor=SMALL)
    grown = a_size(4, 64, 1)
    operation = an_operation(running, Resize(flavor=grown))
    with pytest.raises(Invalid, match="No valid host was found"):
        cloud.database.transact(lambda tx: resizing.accept(
            tx, ClaimGrant(instance=running, operation=operation), grown, UNLIMITED, NOW))
    assert used(cloud) == (1, 64, 1, 1)


def test_quota_counts_only_what_a_resize_adds(cloud: Cloud) -> None:
    running = cloud.active(flavor=SMALL)
    grant = ClaimGrant(instance=running, operation=an_operation(running, Resize(flavor=LARGE)))
    with pytest.raises(QuotaExceeded, match="cores"):
        cloud.database.transact(
            lambda tx: resizing.accept(tx, grant, LARGE, Quota(instances=-1, cores=1, ram=-1), NOW))
    cloud.database.transact(lambda tx: resizing.accept(tx, grant, LARGE, Quota(instances=-1, cores=2, ram=128), NOW))


def cores(cloud: Cloud, instance: Instance) -> int:
    with cloud.database.read() as tx:
        assert audit.missized(tx) == []
        return instances.usage(tx, instance.project_id).cores


def test_quota_counts_a_resize_from_its_acceptance_to_its_failure(cloud: Cloud) -> None:
    running = cloud.active(flavor=SMALL)
    grant = resizing_to(cloud, running, LARGE)
    assert cores(cloud, running) == 2
    cloud.finish(failed(grant.operation))
    assert cores(cloud, running) == 1


def test_what_a_resize_to_less_may_go_back_to_stays_counted_until_it_is_decided(cloud: Cloud) -> None:
    running = cloud.active(flavor=LARGE)
    small = cloud.finish(succeeded(resizing_to(cloud, running, SMALL).operation, VmState.RESIZED)).instance
    assert (small.flavor, cores(cloud, running)) == (SMALL, 2)
    cloud.finish(succeeded(cloud.begin(cloud.act(small, ConfirmResize(), DECIDING).operation).operation))
    assert cores(cloud, running) == 1


def test_two_resizes_do_not_share_what_quota_has_left(cloud: Cloud) -> None:
    first, second = cloud.active(flavor=SMALL), cloud.active(flavor=SMALL)
    three = Quota(instances=-1, cores=3, ram=-1)
    resizing_to(cloud, first, LARGE, three)
    with pytest.raises(QuotaExceeded, match="cores"):
        resizing_to(cloud, second, LARGE, three)


def test_a_deleted_resize_leaves_nothing(cloud: Cloud) -> None:
    instance = resized(cloud)
    assert cloud.database.transact(lambda tx: claims.release(tx, instance.uuid))
    assert used(cloud) == (0, 0, 0, 0)


def shelved(cloud: Cloud) -> Instance:
    image_id = new_uuid()
    grant = cloud.begin(cloud.act(cloud.active(flavor=SMALL), Shelve(image_id=image_id), SHELVING).operation)
    instance = cloud.finish(succeeded(grant.operation, VmState.SHELVED_OFFLOADED)).instance
    assert (instance.host, instance.kept) == (None, Kept(image_id=image_id))
    return instance


def test_a_shelved_instance_takes_no_room_and_comes_back(cloud: Cloud) -> None:
    instance = shelved(cloud)
    assert used(cloud) == (0, 0, 0, 0)
    grant = cloud.act(instance, Unshelve(image=ImageMeta(id=new_uuid())), UNSHELVING)
    assert grant.operation.host is None
    again = cloud.begin(cloud.claim(grant.operation).operation)
    assert used(cloud) == (1, 64, 1, 1)
    back = cloud.finish(succeeded(again.operation)).instance
    assert (back.host, back.kept, back.vm_state) == ("host1", None, VmState.ACTIVE)


def test_an_unshelving_that_failed_leaves_the_instance_shelved(cloud: Cloud) -> None:
    instance = shelved(cloud)
    grant = cloud.act(instance, Unshelve(image=ImageMeta(id=new_uuid())), UNSHELVING)
    again = cloud.begin(cloud.claim(grant.operation).operation)
    left = cloud.finish(failed(again.operation)).instance
    assert (left.host, left.kept, left.vm_state) == (None, instance.kept, VmState.SHELVED_OFFLOADED)
    assert used(cloud) == (0, 0, 0, 0)


def test_a_reset_state_calls_off_what_is_done(cloud: Cloud) -> None:
    suspending = Transition(task_state=TaskState.SUSPENDING, from_vm_states=frozenset({VmState.ACTIVE}))
    grant = cloud.begin(cloud.act(cloud.active(), Suspend(), suspending).operation)
    instance = cloud.database.transact(lambda tx: reset_state(tx, grant.instance.uuid, VmState.ERROR, NOW))
    assert (instance.vm_state, instance.task_state) == (VmState.ERROR, None)
    with cloud.database.read() as tx:
        assert operations.get(tx, grant.operation.id).state is OperationState.FAILED


def test_a_resize_that_is_reset_takes_the_room_of_what_the_guest_has(cloud: Cloud) -> None:
    instance = resized(cloud)
    cloud.database.transact(lambda tx: reset_state(tx, instance.uuid, VmState.ACTIVE, NOW))
    assert used(cloud) == (2, 128, 3, 1)
