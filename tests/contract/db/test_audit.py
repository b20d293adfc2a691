"""Each violation is found, named, and mended; in health there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from nova_lite.conductor.audit import Auditor
from nova_lite.core.clock import ManualClock
from nova_lite.core.errors import Unavailable
from nova_lite.db.models.hosts import ComputeNodeRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads import hosts, instances
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import claims
from nova_lite.objects.audit import Finding
from nova_lite.objects.operation import Pause
from nova_lite.objects.states import TaskState, VmState
from nova_lite.rpcapi.compute import Compute
from tests.builders.guests import NOW
from tests.contract.db.cloud import Cloud
from tests.contract.db.transitions import PAUSE


@pytest.fixture
def cloud(database: Database) -> Cloud:
    found = Cloud(database)
    found.host()
    found.host("host2")
    return found


def _nobody(host: str) -> Compute:
    raise Unavailable(f"nobody listens on {host}")


def audit(cloud: Cloud, fix: bool = False) -> list[Finding]:
    return Auditor(cloud.database, _nobody, ManualClock(NOW), 60.0).audit(fix)


def plant(cloud: Cloud, *statements: object) -> None:
    def write(tx: Tx) -> None:
        for statement in statements:
            tx.change(statement)  # type: ignore[arg-type]

    cloud.database.transact(write)


def _of(uuid: str) -> object:
    return InstanceRow.uuid == uuid


def _released(tx: Tx, uuid: str) -> None:
    claims.release(tx, uuid)


Planting = Callable[[Cloud, str], None]

PLANTINGS: dict[str, Planting] = {
    "allocation.leaked": lambda cloud, uuid: plant(
        cloud, update(InstanceRow).where(_of(uuid)).values(deleted=uuid, deleted_at=NOW)  # type: ignore[arg-type]
    ),
    "allocation.missing": lambda cloud, uuid: cloud.database.transact(lambda tx: _released(tx, uuid)),
    "host.miscounted": lambda cloud, uuid: plant(
        cloud, update(ComputeNodeRow).where(ComputeNodeRow.host == "host1").values(vcpus_used=99)
    ),
    "quota.missized": lambda cloud, uuid: plant(
        cloud, update(InstanceRow).where(_of(uuid)).values(vcpus=77)  # type: ignore[arg-type]
    ),
    "instance.stranded": lambda cloud, uuid: plant(
        cloud, update(InstanceRow).where(_of(uuid)).values(task_state=TaskState.PAUSING)  # type: ignore[arg-type]
    ),
}


def test_health_is_silent(cloud: Cloud) -> None:
    cloud.active()
    cloud.booting()
    cloud.act(cloud.active(), Pause(), PAUSE)
    assert audit(cloud) == []


@pytest.mark.parametrize("kind", list(PLANTINGS))
def test_a_violation_is_found_and_mended(cloud: Cloud, kind: str) -> None:
    instance = cloud.active()
    cloud.active()
    PLANTINGS[kind](cloud, instance.uuid)
    (found,) = audit(cloud)
    assert (found.kind, found.mended) == (kind, False) and found.mend
    assert set(found.about.values()) & {instance.uuid, "host1"}
    (mended,) = audit(cloud, fix=True)
    assert (mended.kind, mended.mended) == (kind, True)
    assert audit(cloud) == []


def test_a_misplaced_allocation_is_for_the_operator(cloud: Cloud) -> None:
    instance = cloud.active()
    plant(cloud, update(InstanceRow).where(InstanceRow.uuid == instance.uuid).values(host="host2"))
    (found,) = audit(cloud, fix=True)
    assert (found.kind, found.mend, found.mended) == ("allocation.misplaced", "", False)
    assert found.about == {"instance": instance.uuid, "host": "host1"}


def test_a_boot_that_nobody_works_on_ends_in_error(cloud: Cloud) -> None:
    grant = cloud.booting()
    plant(cloud, delete(OperationRow).where(OperationRow.uuid == grant.operation.id))
    assert [finding.kind for finding in audit(cloud, fix=True)] == ["instance.stranded"]
    with cloud.database.read() as tx:
        freed = instances.get(tx, grant.instance.uuid)
    assert (freed.vm_state, freed.task_state) == (VmState.ERROR, None)
    assert freed.fault is not None and "nothing was being done" in freed.fault.message


def test_an_operation_of_an_idle_instance_is_closed(cloud: Cloud) -> None:
    grant = cloud.act(cloud.active(), Pause(), PAUSE)
    plant(cloud, update(InstanceRow).where(InstanceRow.uuid == grant.instance.uuid).values(task_state=None))
    (found,) = audit(cloud, fix=True)
    assert (found.kind, found.about["operation"], found.mended) == ("operation.aimless", grant.operation.id, True)
    assert audit(cloud) == []


def test_an_operation_that_no_reaper_ended_is_reported(cloud: Cloud) -> None:
    operation = cloud.booting().operation
    late = ManualClock(operation.deadline + 61)
    (found,) = Auditor(cloud.database, _nobody, late, 60.0).audit(fix=True)
    assert (found.kind, found.about["operation"]) == ("operation.overdue", operation.id)


def test_what_is_mended_is_counted_again(cloud: Cloud) -> None:
    instance = cloud.active()
    PLANTINGS["allocation.missing"](cloud, instance.uuid)
    audit(cloud, fix=True)
    with cloud.database.read() as tx:
        assert hosts.one(tx, "host1").instances == 1
        assert list(hosts.allocations(tx, "host1")) == [instance.uuid]
