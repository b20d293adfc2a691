"""What was deleted long ago leaves the live tables, and is kept whole."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import func, select

from nova_lite.core.errors import NotFound
from nova_lite.db.archive import ArchivedInstance, archive
from nova_lite.db.models.instances import ArchivedInstanceRow
from nova_lite.db.models.operations import OperationEventRow, OperationRow
from nova_lite.db.reads import instances
from nova_lite.db.session import Database
from nova_lite.db.writes import instances as writes
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Delete
from tests.builders.guests import NOW
from tests.builders.operations import an_operation
from tests.contract.db.cloud import Cloud, a_new_instance, an_event, succeeded


@pytest.fixture
def cloud(database: Database) -> Cloud:
    return Cloud.with_hosts(database, "host1")


def _deleted(cloud: Cloud, at: float) -> Instance:
    instance = cloud.active()
    deletion = cloud.database.transact(lambda tx: writes.start_delete(
        tx, an_operation(instance, Delete()), NOW, project_id=None, override_lock=False
    ))
    assert deletion.operation is not None
    return cloud.finish(succeeded(cloud.begin(deletion.operation).operation, None), at).instance


def test_only_what_was_deleted_before_goes(cloud: Cloud) -> None:
    old, young, alive = _deleted(cloud, NOW), _deleted(cloud, NOW + 100), cloud.active()
    counts = archive(cloud.database, NOW + 50)
    assert (counts["instances"], counts["operations"], counts["operation_events"]) == (1, 2, 2)
    with cloud.database.read() as tx:
        with pytest.raises(NotFound):
            instances.get(tx, old.uuid, deleted=True)
        assert instances.get(tx, young.uuid, deleted=True) == young
        assert instances.get(tx, alive.uuid) == alive
        assert tx.scalar(select(func.count()).select_from(OperationRow)) == 3
        assert tx.scalar(select(func.count()).select_from(OperationEventRow)) == 3


def test_the_record_is_kept_whole(cloud: Cloud) -> None:
    gone = _deleted(cloud, NOW)
    archive(cloud.database, NOW + 1)
    with cloud.database.read() as tx:
        row = tx.row(select(ArchivedInstanceRow))
    assert row is not None
    assert (row.uuid, row.project_id, row.deleted_at) == (gone.uuid, gone.project_id, NOW)
    kept = msgspec.json.decode(row.record, type=ArchivedInstance)
    assert kept.instance == gone
    assert [item.operation.action for item in kept.operations] == ["create", "delete"]
    assert [item.events for item in kept.operations] == [(an_event(),), (an_event(),)]


def test_it_works_in_batches_and_can_be_repeated(cloud: Cloud) -> None:
    for _ in range(5):
        operation = cloud.accept(a_new_instance())
        cloud.database.transact(lambda tx, uuid=operation.instance_uuid: writes.soft_delete(  # type: ignore[misc]
            tx, writes.hold(tx, uuid), NOW
        ))
    assert archive(cloud.database, NOW + 1, batch=2)["instances"] == 5
    assert archive(cloud.database, NOW + 1, batch=2)["instances"] == 0


def test_what_still_has_an_allocation_stays_for_the_auditor(cloud: Cloud) -> None:
    uuid = cloud.active().uuid
    cloud.database.transact(lambda tx: writes.soft_delete(tx, writes.hold(tx, uuid), NOW))
    assert archive(cloud.database, NOW + 1)["instances"] == 0
