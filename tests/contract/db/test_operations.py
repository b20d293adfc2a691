"""The life of an operation: each step happens once, for whoever owns it, and the late are refused."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from nova_lite.core.errors import Conflict, DeadlineExceeded, NotFound
from nova_lite.core.ids import new_uuid
from nova_lite.db.reads import hosts, instances
from nova_lite.db.reads import operations as reads
from nova_lite.db.session import Database
from nova_lite.db.writes import instances as instance_writes
from nova_lite.db.writes import operations as writes
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.errors import Superseded
from nova_lite.objects.operation import (
    AttachInterface,
    Create,
    Delete,
    Migrate,
    Operation,
    OperationEvent,
    Pause,
    Progress,
    Reboot,
    Stop,
)
from nova_lite.objects.states import OperationState, PowerState, TaskState, VmState
from tests.builders.guests import NOW
from tests.builders.operations import an_operation
from tests.contract.db.cloud import (
    FAULT,
    Cloud,
    a_new_instance,
    all_at_once,
    an_event,
    failed,
    succeeded,
)
from tests.contract.db.transitions import LEAVE, PAUSE, PLUG, REBOOT_HARD

pytestmark = pytest.mark.promise(1)

Tamper = Callable[[Operation], Operation]


@pytest.fixture
def cloud(database: Database) -> Cloud:
    return Cloud.with_hosts(database, "host1")


def _operation(cloud: Cloud, operation: Operation) -> Operation:
    with cloud.database.read() as tx:
        return reads.get(tx, operation.id)


def test_begin_makes_it_run_and_sets_the_task_state_of_a_boot(cloud: Cloud) -> None:
    grant = cloud.booting()
    assert grant.operation.state is OperationState.RUNNING
    assert grant.instance.task_state is TaskState.SPAWNING
    assert _operation(cloud, grant.operation) == grant.operation


def test_begin_may_be_repeated(cloud: Cloud) -> None:
    grant = cloud.booting()
    again = cloud.begin(grant.operation)
    assert again.operation == grant.operation
    assert again.instance == grant.instance


@pytest.mark.promise(5)
@pytest.mark.parametrize("tamper", [
    lambda operation: msgspec.structs.replace(operation, host="other"),
    lambda operation: msgspec.structs.replace(operation, epoch=operation.epoch - 1),
    lambda operation: msgspec.structs.replace(operation, epoch=operation.epoch + 1),
], ids=["another host", "an older epoch", "a newer epoch"])
def test_begin_and_finish_are_for_the_owner(cloud: Cloud, tamper: Tamper) -> None:
    operation = cloud.claim(cloud.accept(a_new_instance())).operation
    with pytest.raises(Superseded):
        cloud.begin(tamper(operation))
    cloud.begin(operation)
    with pytest.raises(Superseded):
        cloud.finish(succeeded(tamper(operation)))


def test_begin_after_the_deadline_is_refused(cloud: Cloud) -> None:
    operation = cloud.claim(cloud.accept(a_new_instance())).operation
    late = operation.deadline + 1
    with pytest.raises(DeadlineExceeded):
        cloud.database.transact(
            lambda tx: writes.begin(tx, operation.id, operation.epoch, "host1", late + 30, late)
        )


def test_an_unknown_operation_cannot_begin(cloud: Cloud) -> None:
    with pytest.raises(NotFound):
        cloud.database.transact(lambda tx: writes.begin(tx, "nobody", 1, "host1", NOW, NOW))


def test_a_boot_that_succeeds_is_active_with_its_events(cloud: Cloud) -> None:
    grant = cloud.booting()
    done = cloud.finish(succeeded(grant.operation), NOW + 9)
    assert (done.instance.vm_state, done.instance.task_state) == (VmState.ACTIVE, None)
    assert (done.instance.power_state, done.instance.launched_at) == (PowerState.RUNNING, NOW + 9)
    assert (done.operation.state, done.operation.finished_at) == (OperationState.DONE, NOW + 9)
    assert done.operation.lease_expires_at is None
    with cloud.database.read() as tx:
        assert instances.get(tx, grant.instance.uuid) == done.instance
        assert reads.get(tx, grant.operation.id) == done.operation
        assert reads.events(tx, [grant.operation.id]) == {grant.operation.id: (an_event(),)}


def test_rivals_for_the_end_agree(cloud: Cloud) -> None:
    operation = cloud.booting().operation
    found = all_at_once(
        lambda: cloud.finish(succeeded(operation)),
        lambda: cloud.database.transact(lambda tx: writes.fail(tx, operation, FAULT, VmState.ERROR, NOW)),
    )
    (won,) = (item for item in found if isinstance(item, writes.Finished))
    assert [type(item) for item in found if item is not won] == [Superseded]
    assert _operation(cloud, operation).state is won.operation.state


def test_a_boot_that_fails_for_good_is_in_error_and_holds_nothing(cloud: Cloud) -> None:
    grant = cloud.booting()
    ended = cloud.finish(failed(grant.operation))
    assert ended.onward is False
    assert (ended.instance.vm_state, ended.instance.task_state) == (VmState.ERROR, None)
    assert (ended.instance.host, ended.instance.fault) == (None, FAULT)
    assert (ended.operation.state, ended.operation.message) == (OperationState.FAILED, FAULT.message)
    with cloud.database.read() as tx:
        assert hosts.one(tx, "host1").instances == 0


def test_a_boot_that_may_succeed_elsewhere_is_queued_again(cloud: Cloud) -> None:
    grant = cloud.booting()
    again = cloud.finish(failed(grant.operation, reschedule=True))
    assert again.onward is True
    assert (again.operation.state, again.operation.host) == (OperationState.QUEUED, None)
    assert again.operation.epoch > grant.operation.epoch
    assert isinstance(again.operation.arguments, Create)
    assert again.operation.arguments.excluded_hosts == ("host1",)
    assert (again.instance.host, again.instance.task_state) == (None, TaskState.SCHEDULING)
    with cloud.database.read() as tx:
        assert hosts.one(tx, "host1").instances == 0
    cloud.host("host2")
    second = cloud.claim(again.operation, "host2")
    assert (second.instance.host, second.operation.attempt) == ("host2", 2)
    assert cloud.finish(failed(grant.operation, reschedule=True)).onward is False, "it was taken already"
    with pytest.raises(Superseded):
        cloud.finish(succeeded(grant.operation))


def test_attempts_are_bounded(cloud: Cloud) -> None:
    operation = cloud.accept(a_new_instance())
    hosts_tried = 0
    while True:
        cloud.host(f"try{hosts_tried}")
        grant = cloud.begin(cloud.claim(operation, f"try{hosts_tried}").operation)
        hosts_tried += 1
        ended = cloud.finish(failed(grant.operation, reschedule=True))
        if not ended.onward:
            break
        operation = ended.operation
    assert hosts_tried == writes.ATTEMPTS
    assert ended.instance.vm_state is VmState.ERROR


def test_an_action_that_fails_leaves_the_instance_as_it_was(cloud: Cloud) -> None:
    grant = cloud.act(cloud.active(), Pause(), PAUSE)
    cloud.begin(grant.operation)
    ended = cloud.finish(failed(grant.operation))
    assert (ended.instance.vm_state, ended.instance.task_state) == (VmState.ACTIVE, None)
    assert (ended.instance.host, ended.instance.fault) == ("host1", FAULT)


def test_a_success_clears_the_fault(cloud: Cloud) -> None:
    grant = cloud.act(cloud.active(fault=FAULT), Pause(), PAUSE)
    cloud.begin(grant.operation)
    ended = cloud.finish(succeeded(grant.operation, VmState.PAUSED))
    assert (ended.instance.vm_state, ended.instance.fault) == (VmState.PAUSED, None)


def test_steps_are_noted_with_the_lease(cloud: Cloud) -> None:
    operation = cloud.booting().operation
    progress = {operation.id: Progress(epoch=operation.epoch, step="spawn", at=NOW)}
    assert cloud.database.transact(lambda tx: writes.renew(tx, "host1", progress, NOW + 77)) == {operation.id}
    noted = _operation(cloud, operation)
    assert (noted.step, noted.lease_expires_at) == ("spawn", NOW + 77)


def test_progress_of_before_changes_nothing(cloud: Cloud) -> None:
    operation = cloud.booting().operation

    def tell(step: str, at: float, until: float) -> frozenset[str]:
        progress = {operation.id: Progress(epoch=operation.epoch, step=step, at=at)}
        return cloud.database.transact(lambda tx: writes.renew(tx, "host1", progress, until))

    tell("upload", NOW + 2, NOW + 50)
    for step, at in (("snapshot", NOW + 1), ("upload", NOW + 2)):
        assert tell(step, at, NOW + 99) == {operation.id}, "it is its own all the same: nothing is called off"
    noted = _operation(cloud, operation)
    assert (noted.step, noted.lease_expires_at) == ("upload", NOW + 50)


def test_the_clock_of_the_host_before_does_not_count(cloud: Cloud) -> None:
    operation = cloud.booting().operation
    ahead = {operation.id: Progress(epoch=operation.epoch, step="spawn", at=NOW + 30)}
    cloud.database.transact(lambda tx: writes.renew(tx, "host1", ahead, NOW + 50))
    cloud.database.transact(lambda tx: writes.reschedule(tx, operation, NOW))
    cloud.host("host2")
    again = cloud.begin(cloud.claim(_operation(cloud, operation), "host2").operation).operation
    behind = {again.id: Progress(epoch=again.epoch, step="spawn", at=NOW - 30)}
    cloud.database.transact(lambda tx: writes.renew(tx, "host2", behind, NOW + 60))
    assert (_operation(cloud, again).step, _operation(cloud, again).lease_expires_at) == ("spawn", NOW + 60)


def test_what_is_begun_is_not_begun_again(cloud: Cloud) -> None:
    grant = cloud.booting()
    operation = grant.operation
    again = cloud.database.transact(
        lambda tx: writes.begin(tx, operation.id, operation.epoch, "host1", NOW + 999, NOW + 9)
    )
    assert again == grant
    assert _operation(cloud, operation) == operation


def test_a_boot_whose_undoing_failed_keeps_its_place(cloud: Cloud) -> None:
    grant = cloud.booting()
    ended = cloud.finish(msgspec.structs.replace(failed(grant.operation), undone=False))
    assert (ended.instance.vm_state, ended.instance.host) == (VmState.ERROR, "host1")
    with cloud.database.read() as tx:
        assert list(hosts.allocations(tx, "host1")) == [grant.instance.uuid]


def test_a_delete_can_end_without_its_host(cloud: Cloud) -> None:
    instance = cloud.active()
    operation = an_operation(instance, Delete())
    started = cloud.database.transact(lambda tx: instance_writes.start_delete(
        tx, operation, NOW, project_id=None, override_lock=False
    )).operation
    assert started is not None
    ended = cloud.database.transact(lambda tx: writes.pass_over(tx, started, "its host is down", NOW + 1))
    assert (ended.instance.deleted_at, ended.operation.state) == (NOW + 1, OperationState.DONE)
    with cloud.database.read() as tx:
        assert hosts.allocations(tx, "host1") == {}
    assert cloud.finish(succeeded(started)).instance == ended.instance, "the host's own word comes late, and agrees"


def test_leases_are_renewed_for_what_is_still_owned(cloud: Cloud) -> None:
    ours, old = cloud.booting().operation, cloud.booting().operation
    theirs = msgspec.structs.replace(old, epoch=old.epoch - 1)
    queued = cloud.claim(cloud.accept(a_new_instance())).operation
    progress = {operation.id: Progress(epoch=operation.epoch, at=NOW) for operation in (ours, theirs, queued)}
    owned = cloud.database.transact(lambda tx: writes.renew(tx, "host1", progress, NOW + 99))
    assert owned == {ours.id}
    assert _operation(cloud, ours).lease_expires_at == NOW + 99
    assert _operation(cloud, old).lease_expires_at == old.lease_expires_at
    assert cloud.database.transact(lambda tx: writes.renew(tx, "host1", {}, NOW)) == frozenset()


def test_a_boot_that_nobody_began_fails_and_gives_up_its_place(cloud: Cloud) -> None:
    grant = cloud.claim(cloud.accept(a_new_instance()))
    ended = cloud.database.transact(lambda tx: writes.fail(tx, grant.operation, FAULT, VmState.ERROR, NOW))
    assert (ended.instance.vm_state, ended.instance.host) == (VmState.ERROR, None)
    with cloud.database.read() as tx:
        assert hosts.allocations(tx, "host1") == {}


def test_a_boot_that_was_begun_fails_and_keeps_its_place(cloud: Cloud) -> None:
    grant = cloud.booting()
    ended = cloud.database.transact(lambda tx: writes.fail(tx, grant.operation, FAULT, VmState.ERROR, NOW))
    assert (ended.instance.vm_state, ended.instance.host) == (VmState.ERROR, "host1")
    with cloud.database.read() as tx:
        assert list(hosts.allocations(tx, "host1")) == [grant.instance.uuid]


def test_fail_is_for_what_it_was_decided_on(cloud: Cloud) -> None:
    queued = cloud.claim(cloud.accept(a_new_instance())).operation
    cloud.begin(queued)
    with pytest.raises(Superseded):
        cloud.database.transact(lambda tx: writes.fail(tx, queued, FAULT, VmState.ERROR, NOW))


def test_only_one_conductor_casts_again(cloud: Cloud) -> None:
    operation = cloud.accept(a_new_instance())
    found = all_at_once(*(
        lambda: cloud.database.transact(lambda tx: writes.recast(tx, operation, NOW + 50, NOW)) for _ in range(4)
    ))
    assert sorted(map(bool, found)) == [False, False, False, True]


def test_what_has_been_begun_meanwhile_is_not_cast_again(cloud: Cloud) -> None:
    queued = cloud.claim(cloud.accept(a_new_instance())).operation
    cloud.begin(queued)
    assert cloud.database.transact(lambda tx: writes.recast(tx, queued, NOW + 50, NOW)) is False


def test_a_boot_can_be_taken_from_a_host_that_never_began(cloud: Cloud) -> None:
    grant = cloud.claim(cloud.accept(a_new_instance()))
    freed = cloud.database.transact(lambda tx: writes.reschedule(tx, grant.operation, NOW))
    assert (freed.onward, freed.operation.host) == (True, None)
    with pytest.raises(Superseded):
        cloud.begin(grant.operation)


def test_unfinished_work_of_a_host(cloud: Cloud) -> None:
    cloud.host("other")
    running, queued = cloud.booting(), cloud.claim(cloud.accept(a_new_instance()))
    cloud.booting("other")
    cloud.active()
    with cloud.database.read() as tx:
        assert reads.unfinished_of_host(tx, "host1") == [running, queued]
        assert reads.unfinished_of_host(tx, "nowhere") == []


def test_expired_are_those_past_their_lease_or_deadline(cloud: Cloud) -> None:
    fresh = cloud.booting().operation
    queued = cloud.accept(a_new_instance())
    begun = cloud.booting()
    cloud.active()

    def found(now: float) -> list[str]:
        with cloud.database.read() as tx:
            return [grant.operation.id for grant in reads.expired(tx, now)]

    assert found(NOW) == []
    assert found(NOW + 29) == [queued.id]
    assert found(NOW + 31) == [fresh.id, queued.id, begun.operation.id]
    progress = {fresh.id: Progress(epoch=fresh.epoch, at=NOW)}
    cloud.database.transact(lambda tx: writes.renew(tx, "host1", progress, NOW + 10_000))
    assert found(NOW + 31) == [queued.id, begun.operation.id]
    assert found(fresh.deadline) == [fresh.id, queued.id, begun.operation.id]


def test_the_actions_of_an_instance_newest_first(cloud: Cloud) -> None:
    boot = cloud.booting()
    instance = cloud.finish(succeeded(boot.operation)).instance
    pause = cloud.act(instance, Pause(), PAUSE).operation
    with cloud.database.read() as tx:
        assert [found.id for found in reads.of_instance(tx, instance.uuid)] == [pause.id, boot.operation.id]
        assert [found.id for found in reads.of_instance(tx, instance.uuid, limit=1)] == [pause.id]
        rest = reads.of_instance(tx, instance.uuid, marker=pause.request_id)
        assert [found.id for found in rest] == [boot.operation.id]
        assert reads.by_request(tx, instance.uuid, pause.request_id) == pause
        with pytest.raises(NotFound):
            reads.by_request(tx, instance.uuid, "req-unknown")
        with pytest.raises(NotFound):
            reads.of_instance(tx, instance.uuid, marker="req-unknown")


def test_arguments_come_back_as_they_were(cloud: Cloud) -> None:
    grant: ClaimGrant = cloud.act(cloud.active(), Stop(clean_timeout=12.5), PAUSE)
    assert _operation(cloud, grant.operation).arguments == Stop(clean_timeout=12.5)


def test_long_words_fit(cloud: Cloud) -> None:
    operation = cloud.booting().operation
    event = OperationEvent(name="spawn", started_at=NOW, result="Error", reason="é" * 70_000, details="☃" * 70_000)
    result = msgspec.structs.replace(failed(operation), events=(event,))
    cloud.finish(result)
    with cloud.database.read() as tx:
        assert reads.events(tx, [operation.id])[operation.id] == (event,)


def test_a_hard_reboot_takes_the_place_of_what_it_overtakes(cloud: Cloud) -> None:
    """Or that one, delayed by whatever, would reboot the server later, in whatever state it is then."""
    server = cloud.active()
    quiet = cloud.act(server, AttachInterface(port_id=new_uuid()), PLUG).operation
    first = cloud.act(server, Reboot(kind="HARD"), REBOOT_HARD).operation
    second = cloud.act(server, Reboot(kind="HARD"), REBOOT_HARD).operation
    with pytest.raises(Superseded):
        cloud.begin(first)
    cloud.finish(succeeded(cloud.begin(second).operation))
    with cloud.database.read() as tx:
        found = {operation.id: operation for operation in reads.of_instance(tx, server.uuid)}
    assert found[first.id].state is OperationState.FAILED and found[first.id].message == "superseded by reboot"
    assert found[quiet.id].state is OperationState.QUEUED


def test_an_instance_leaves_its_host_or_gets_an_interface_but_not_both_at_once(cloud: Cloud) -> None:
    server = cloud.active()
    answers = all_at_once(
        lambda: cloud.act(server, AttachInterface(port_id=new_uuid()), PLUG),
        lambda: cloud.act(server, Migrate(), LEAVE),
    )
    assert {type(answer) for answer in answers} == {ClaimGrant, Conflict}
