"""Instances: boot requests within the quota, actions and deletions that win or are refused, changes of the record."""

from __future__ import annotations

import dataclasses
import functools

import msgspec
import pytest

from nova_lite.core.errors import Conflict, NotFound, NovaLiteError, QuotaExceeded
from nova_lite.db.reads import hosts, operations
from nova_lite.db.reads import instances as reads
from nova_lite.db.session import Database
from nova_lite.db.writes import instances as writes
from nova_lite.objects.errors import Superseded
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Delete, Operation, Pause, Reboot, Start
from nova_lite.objects.quota import Quota, Usage
from nova_lite.objects.states import OperationState, PowerState, TaskState, VmState
from tests.builders.guests import NOW
from tests.builders.operations import an_operation
from tests.contract.db.cloud import FAULT, UNLIMITED, Cloud, a_new_instance, a_size, all_at_once, failed, succeeded
from tests.contract.db.transitions import PAUSE, REBOOT_HARD, START


@pytest.fixture
def cloud(database: Database) -> Cloud:
    return Cloud.with_hosts(database, "host1")


def _get(cloud: Cloud, uuid: str, project_id: str | None = None, *, deleted: bool = False) -> Instance:
    with cloud.database.read() as tx:
        return reads.get(tx, uuid, project_id, deleted=deleted)


def _delete(cloud: Cloud, instance: Instance, project_id: str | None = None, **options: bool) -> writes.Deletion:
    operation = an_operation(instance, Delete())
    override = options.get("override_lock", False)
    return cloud.database.transact(
        lambda tx: writes.start_delete(tx, operation, NOW, project_id=project_id, override_lock=override)
    )


def _full_instance() -> Instance:
    return a_new_instance(
        description="ünïcode ☃ 🐧", key_name="key", key_data="ssh-ed25519 AAAA", user_data="A" * 87_384,
        config_drive=True, metadata={"a": "1", "☃": "🐧"}, tags=("x", "y"), locked=True, locked_reason="because",
        access_ip_v4="192.0.2.1", access_ip_v6="2001:db8::1", availability_zone="nova", launch_index=3,
        reservation_id="r-12345678", fault=FAULT, power_state=PowerState.CRASHED, created_at=NOW + 0.123456789,
    )


def test_a_record_comes_back_as_it_was(cloud: Cloud) -> None:
    instance = _full_instance()
    cloud.accept(instance)
    assert _get(cloud, instance.uuid, instance.project_id) == instance


def test_an_instance_without_an_image(cloud: Cloud) -> None:
    instance = a_new_instance(image=None, nics=())
    cloud.accept(instance)
    assert _get(cloud, instance.uuid) == instance


def test_what_is_not_there_for_the_project_is_not_found(cloud: Cloud) -> None:
    instance = a_new_instance()
    cloud.accept(instance)
    for uuid, project_id in ((instance.uuid, "other"), ("no-such", None), ("x" * 300, None)):
        with pytest.raises(NotFound, match="could not be found"):
            _get(cloud, uuid, project_id)


# Quota


@pytest.mark.promise(4)
@pytest.mark.parametrize(("quota", "message"), [
    (Quota(instances=1, cores=-1, ram=-1),
     "Quota exceeded for instances: Requested 2, but already used 0 of 1 instances"),
    (Quota(instances=1, cores=3, ram=-1),
     "Quota exceeded for cores, instances: Requested 4, 2, but already used 0, 0 of 3, 1 cores, instances"),
    (Quota(instances=2, cores=4, ram=199), "Quota exceeded for ram: Requested 200, but already used 0 of 199 ram"),
])
def test_quota_refuses_all_or_nothing(cloud: Cloud, quota: Quota, message: str) -> None:
    wanted = [a_new_instance(flavor=a_size(vcpus=2, memory_mb=100)) for _ in range(2)]
    asked = [an_operation(instance) for instance in wanted]
    with pytest.raises(QuotaExceeded) as caught:
        cloud.database.transact(lambda tx: writes.create(tx, wanted, asked, quota, NOW))
    assert caught.value.message == message
    with cloud.database.read() as tx:
        assert reads.usage(tx, wanted[0].project_id) == Usage()


@pytest.mark.promise(4)
def test_quota_can_be_used_up(cloud: Cloud) -> None:
    wanted = [a_new_instance(flavor=a_size(vcpus=2, memory_mb=100)) for _ in range(2)]
    asked = [an_operation(instance) for instance in wanted]
    quota = Quota(instances=2, cores=4, ram=200)
    cloud.database.transact(lambda tx: writes.create(tx, wanted, asked, quota, NOW))
    with cloud.database.read() as tx:
        assert reads.usage(tx, wanted[0].project_id) == Usage(instances=2, cores=4, ram=200)
        assert reads.usages(tx) == {wanted[0].project_id: Usage(instances=2, cores=4, ram=200)}


def test_deleted_instances_and_other_projects_do_not_count(cloud: Cloud) -> None:
    gone = a_new_instance()
    cloud.accept(gone)
    _delete(cloud, gone)
    cloud.accept(a_new_instance(project_id="other"))
    cloud.accept(a_new_instance(), Quota(instances=1))


@pytest.mark.promise(3, 4)
def test_rivals_for_the_last_units_of_a_quota(cloud: Cloud) -> None:
    quota = Quota(instances=3, cores=-1, ram=-1)
    found = all_at_once(*(lambda: cloud.accept(a_new_instance(), quota) for _ in range(8)))
    assert len([item for item in found if isinstance(item, Operation)]) == 3
    assert [type(item) for item in found if not isinstance(item, Operation)] == [QuotaExceeded] * 5


# Actions


def test_an_action_sets_the_task_state_and_is_for_the_host(cloud: Cloud) -> None:
    instance = cloud.active()
    grant = cloud.act(instance, Pause(), PAUSE)
    assert (grant.instance.task_state, grant.instance.revision) == (TaskState.PAUSING, instance.revision + 1)
    assert (grant.operation.host, grant.operation.state) == ("host1", OperationState.QUEUED)
    assert grant.operation.lease_expires_at is not None
    assert _get(cloud, instance.uuid) == grant.instance
    with cloud.database.read() as tx:
        assert operations.get(tx, grant.operation.id) == grant.operation


def test_the_wrong_vm_state_is_named(cloud: Cloud) -> None:
    instance = cloud.active()
    paused = cloud.finish(succeeded(cloud.begin(cloud.act(instance, Pause(), PAUSE).operation).operation,
                                    VmState.PAUSED)).instance
    with pytest.raises(Conflict) as caught:
        cloud.act(paused, Pause(), PAUSE)
    assert caught.value.message == f"Cannot 'pause' instance {instance.uuid} while it is in vm_state paused"


def test_a_task_under_way_is_named(cloud: Cloud) -> None:
    instance = cloud.active()
    cloud.act(instance, Pause(), PAUSE)
    with pytest.raises(Conflict) as caught:
        cloud.act(instance, Pause(), PAUSE)
    assert caught.value.message == f"Cannot 'pause' instance {instance.uuid} while it is in task_state pausing"


def test_some_tasks_may_be_joined(cloud: Cloud) -> None:
    instance = cloud.active()
    cloud.act(instance, Reboot(kind="HARD"), REBOOT_HARD)
    again = cloud.act(instance, Reboot(kind="HARD"), REBOOT_HARD)
    assert again.instance.task_state is TaskState.REBOOTING_HARD


def test_a_boot_that_has_no_host_takes_no_action(cloud: Cloud) -> None:
    instance = cloud.booting().instance
    with pytest.raises(Conflict, match="vm_state building"):
        cloud.act(instance, Pause(), PAUSE)
    homeless = a_new_instance(vm_state=VmState.ERROR, task_state=None)
    cloud.accept(homeless)
    with pytest.raises(Conflict, match="is not ready"):
        cloud.act(homeless, Reboot(kind="HARD"), REBOOT_HARD)


def test_a_locked_instance_obeys_only_who_may_override(cloud: Cloud) -> None:
    instance = cloud.active(locked=True)
    with pytest.raises(Conflict, match="is locked"):
        cloud.act(instance, Pause(), PAUSE)
    with pytest.raises(Conflict, match="is locked"):
        _delete(cloud, instance)
    grant = cloud.database.transact(lambda tx: writes.start_action(
        tx, an_operation(instance, Pause()), PAUSE, NOW, project_id=None, override_lock=True
    ))
    assert grant.instance.task_state is TaskState.PAUSING


@pytest.mark.promise(1)
def test_rivals_for_one_action(cloud: Cloud) -> None:
    instance = cloud.active()
    found = all_at_once(*(lambda: cloud.act(instance, Pause(), PAUSE) for _ in range(6)))
    assert sorted(type(item).__name__ for item in found) == ["ClaimGrant", *["Conflict"] * 5]


# Deletion


def test_deleting_what_no_host_has_is_done_at_once(cloud: Cloud) -> None:
    operation = cloud.accept(a_new_instance())
    instance = _get(cloud, operation.instance_uuid)
    gone = _delete(cloud, instance)
    assert gone.outcome == "done"
    assert (gone.instance.vm_state, gone.instance.task_state) == (VmState.DELETED, None)
    assert gone.instance.deleted_at == gone.instance.terminated_at == NOW
    with pytest.raises(NotFound):
        _get(cloud, instance.uuid)
    assert _get(cloud, instance.uuid, deleted=True) == gone.instance
    with cloud.database.read() as tx:
        first, second = operations.of_instance(tx, instance.uuid)
    assert (first.action, first.state) == ("delete", OperationState.DONE)
    assert (second.id, second.state) == (operation.id, OperationState.FAILED)
    with pytest.raises(Superseded):
        cloud.claim(operation)


@pytest.mark.promise(1)
def test_deleting_wins_over_a_boot_under_way(cloud: Cloud) -> None:
    boot = cloud.booting()
    gone = _delete(cloud, boot.instance)
    assert gone.outcome == "started"
    assert gone.operation is not None
    assert (gone.instance.task_state, gone.operation.host) == (TaskState.DELETING, "host1")
    with pytest.raises(Superseded):
        cloud.finish(succeeded(boot.operation))
    ended = cloud.finish(succeeded(cloud.begin(gone.operation).operation, None))
    assert ended.instance.vm_state is VmState.DELETED
    with cloud.database.read() as tx:
        assert hosts.one(tx, "host1").instances == 0
        assert reads.usage(tx, boot.instance.project_id) == Usage()


@pytest.mark.promise(1)
def test_a_delete_that_fails_leaves_an_error_though_its_host_does_not_say_so(cloud: Cloud) -> None:
    """Or a boot that it overtook would be building for ever, and nobody at it."""
    gone = _delete(cloud, cloud.claim(cloud.accept(a_new_instance())).instance)
    assert gone.operation is not None
    ended = cloud.finish(failed(cloud.begin(gone.operation).operation))
    assert (ended.instance.vm_state, ended.instance.task_state) == (VmState.ERROR, None)


def test_deleting_twice_is_no_error_and_one_operation(cloud: Cloud) -> None:
    instance = cloud.active()
    found = all_at_once(*(lambda: _delete(cloud, instance) for _ in range(4)))
    outcomes = sorted(item.outcome for item in found if isinstance(item, writes.Deletion))
    assert outcomes == ["already", "already", "already", "started"]
    with cloud.database.read() as tx:
        assert [item.action for item in operations.of_instance(tx, instance.uuid)] == ["delete", "create"]


def test_deleting_is_for_the_project_and_what_lives(cloud: Cloud) -> None:
    instance = cloud.active()
    with pytest.raises(NotFound):
        _delete(cloud, instance, "other")
    _delete(cloud, instance, instance.project_id)
    homeless = a_new_instance()
    cloud.accept(homeless)
    _delete(cloud, homeless)
    with pytest.raises(NotFound):
        _delete(cloud, homeless)


@pytest.mark.promise(1, 4)
def test_claim_and_delete_at_the_same_time_leave_nothing_behind(cloud: Cloud) -> None:
    for _ in range(5):
        operation = cloud.accept(a_new_instance())
        instance = _get(cloud, operation.instance_uuid)
        claimed, deletion = all_at_once(
            functools.partial(cloud.claim, operation), functools.partial(_delete, cloud, instance)
        )
        assert isinstance(deletion, writes.Deletion)
        if deletion.outcome == "done":
            assert isinstance(claimed, Superseded)
        else:
            assert deletion.operation is not None
            cloud.finish(succeeded(cloud.begin(deletion.operation).operation, None))
    with cloud.database.read() as tx:
        assert hosts.one(tx, "host1").instances == 0
        assert hosts.allocations(tx, "host1") == {}


# Changes of the record


def test_fields_are_changed_and_the_revision_grows(cloud: Cloud) -> None:
    instance = cloud.active()
    changed = cloud.database.transact(lambda tx: writes.update_fields(
        tx, instance.uuid, instance.project_id, NOW + 5, display_name="new", metadata={"k": "v"}, tags=("t",)
    ))
    assert (changed.display_name, changed.metadata, changed.tags) == ("new", {"k": "v"}, ("t",))
    assert (changed.updated_at, changed.revision) == (NOW + 5, instance.revision + 1)
    assert _get(cloud, instance.uuid) == changed


def test_rivals_who_edit_lose_nothing(cloud: Cloud) -> None:
    instance = cloud.active()

    def add(number: int) -> Instance:
        return cloud.database.transact(lambda tx: writes.edit(
            tx, instance.uuid, None, lambda now: {"metadata": {**now.metadata, str(number): "x"}}, NOW
        ))

    all_at_once(*(functools.partial(add, number) for number in range(6)))
    assert set(_get(cloud, instance.uuid).metadata) == set("012345")


def test_an_edit_may_refuse(cloud: Cloud) -> None:
    instance = cloud.active()

    def refuse(_: Instance) -> dict[str, object]:
        raise NovaLiteError("no")

    with pytest.raises(NovaLiteError, match="no"):
        cloud.database.transact(lambda tx: writes.edit(tx, instance.uuid, None, refuse, NOW))
    with pytest.raises(NotFound):
        cloud.database.transact(lambda tx: writes.update_fields(tx, instance.uuid, "other", NOW, display_name="x"))
    assert _get(cloud, instance.uuid) == instance


def test_a_value_that_is_out_of_date_is_not_saved(cloud: Cloud) -> None:
    instance = cloud.active()
    old = msgspec.structs.replace(instance, revision=instance.revision - 1)
    with pytest.raises(Conflict, match="changed by somebody else"):
        cloud.database.transact(lambda tx: writes.save(tx, old, NOW, progress=5))


OFF = writes.PowerChange(power_state=PowerState.SHUTDOWN, vm_state=VmState.STOPPED, at=NOW + 1)


def test_a_guest_that_went_off_by_itself_is_stopped(cloud: Cloud) -> None:
    instance = cloud.active()
    seen = cloud.database.transact(lambda tx: writes.set_power_state(tx, instance.uuid, "host1", OFF, NOW + 2))
    assert seen is not None
    assert (seen.vm_state, seen.power_state) == (VmState.STOPPED, PowerState.SHUTDOWN)
    assert _get(cloud, instance.uuid) == seen
    again = cloud.database.transact(lambda tx: writes.set_power_state(tx, instance.uuid, "host1", OFF, NOW + 3))
    assert again is None


def test_a_power_state_is_of_no_account_when_it_is_not_the_hosts_to_tell(cloud: Cloud) -> None:
    instance = cloud.active()
    busy = cloud.act(cloud.active(), Pause(), PAUSE).instance
    early = dataclasses.replace(OFF, at=instance.updated_at - 1)
    none_of_theirs = (instance.uuid, "other", OFF), (busy.uuid, "host1", OFF), (instance.uuid, "host1", early)
    for uuid, host, change in none_of_theirs:
        told = functools.partial(writes.set_power_state, uuid=uuid, host=host, change=change, now=NOW)
        assert cloud.database.transact(told) is None
    assert _get(cloud, instance.uuid) == instance


def test_a_power_state_that_comes_again_is_of_no_account(cloud: Cloud) -> None:
    """Though the host's clock is ahead, so that what it said seems to be of after what was done since."""
    ahead = dataclasses.replace(OFF, at=NOW + 20)
    seen, busy = cloud.active(), cloud.active()
    pausing = cloud.act(busy, Pause(), PAUSE)
    for instance in (seen, busy):
        told = functools.partial(writes.set_power_state, uuid=instance.uuid, host="host1", change=ahead, now=NOW + 1)
        cloud.database.transact(told)
    operation = cloud.act(_get(cloud, seen.uuid), Start(), START).operation
    for begun in (operation, pausing.operation):
        cloud.begin(begun)
        cloud.finish(succeeded(begun), NOW + 2)
    for instance in (seen, busy):
        before = _get(cloud, instance.uuid)
        told = functools.partial(writes.set_power_state, uuid=instance.uuid, host="host1", change=ahead, now=NOW + 3)
        assert cloud.database.transact(told) is None
        assert _get(cloud, instance.uuid) == before


def test_a_power_state_is_not_held_against_the_clock_of_the_host_before(cloud: Cloud) -> None:
    cloud.host("other")
    ahead, instance = dataclasses.replace(OFF, at=NOW + 20), cloud.active()
    seen = cloud.database.transact(lambda tx: writes.set_power_state(tx, instance.uuid, "host1", ahead, NOW + 1))
    assert seen is not None
    moved = cloud.database.transact(lambda tx: writes.save(tx, seen, NOW + 2, host="other", vm_state=VmState.ACTIVE))
    off = dataclasses.replace(OFF, at=NOW + 3)
    told = cloud.database.transact(lambda tx: writes.set_power_state(tx, moved.uuid, "other", off, NOW + 3))
    assert told is not None and told.vm_state is VmState.STOPPED


def test_the_instances_of_a_host(cloud: Cloud) -> None:
    cloud.host("other")
    first, second = cloud.active(), cloud.active()
    cloud.active("other")
    cloud.accept(a_new_instance(), UNLIMITED)
    with cloud.database.read() as tx:
        assert reads.on_host(tx, "host1") == [first, second]
