"""The task state of an instance follows the steps of what is being done to it."""

from __future__ import annotations

import itertools

import pytest

from nova_lite.db.reads import instances
from nova_lite.db.session import Database
from nova_lite.db.writes import instances as instance_writes
from nova_lite.db.writes import operations, outcomes, task_states
from nova_lite.db.writes.instances import Transition
from nova_lite.objects.operation import CreateImage, Operation, Progress
from nova_lite.objects.states import Action, TaskState, VmState
from tests.builders.guests import NOW
from tests.builders.operations import an_operation
from tests.contract.db.cloud import Cloud

LATER = itertools.count(NOW)  # by the clock of the host
SNAPSHOT = Transition(task_state=TaskState.IMAGE_SNAPSHOT, from_vm_states=frozenset({VmState.ACTIVE}))


def choose(action: Action, step: str) -> TaskState | None:
    return TaskState.IMAGE_UPLOADING if (action, step) == (Action.CREATE_IMAGE, "upload") else None


@pytest.fixture
def cloud(database: Database) -> Cloud:
    made = Cloud(database)
    made.host()
    return made


@pytest.fixture
def imaging(cloud: Cloud) -> Operation:
    """An operation that has begun."""
    grant = cloud.act(cloud.active(), CreateImage(image_id="i"), SNAPSHOT)
    return cloud.begin(grant.operation).operation


def _reach(cloud: Cloud, operation: Operation, step: str) -> list[str]:
    progress = {operation.id: Progress(epoch=operation.epoch, step=step, at=next(LATER))}
    cloud.database.transact(lambda tx: operations.renew(tx, "host1", progress, NOW + 60))
    with cloud.database.read() as tx:
        return task_states.behind(tx, [operation.id], choose)


def _follow(cloud: Cloud, operation: Operation) -> TaskState | None:
    cloud.database.transact(lambda tx: task_states.follow(tx, operation.id, choose, NOW + 1))
    with cloud.database.read() as tx:
        return instances.get(tx, operation.instance_uuid).task_state


def test_a_step_with_a_task_state_is_shown_once(cloud: Cloud, imaging: Operation) -> None:
    assert _reach(cloud, imaging, "snapshot") == []
    assert _follow(cloud, imaging) is TaskState.IMAGE_SNAPSHOT
    assert _reach(cloud, imaging, "upload") == [imaging.id]
    assert _follow(cloud, imaging) is TaskState.IMAGE_UPLOADING
    assert _reach(cloud, imaging, "upload") == []


def test_what_has_been_reset_or_is_being_deleted_shows_that(cloud: Cloud, imaging: Operation) -> None:
    _reach(cloud, imaging, "upload")
    cloud.database.transact(lambda tx: outcomes.reset_state(tx, imaging.instance_uuid, VmState.ACTIVE, NOW))
    assert _follow(cloud, imaging) is None
    with cloud.database.read() as tx:
        instance = instances.get(tx, imaging.instance_uuid)
    delete = an_operation(instance)
    cloud.database.transact(lambda tx: instance_writes.start_delete(
        tx, delete, NOW, project_id=None, override_lock=False
    ))
    assert _follow(cloud, imaging) is TaskState.DELETING
