"""Each violation is found, named, and mended; in health there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs
from sqlalchemy import delete, update

from nova_lite.conductor.audit import Auditor
from nova_lite.conductor.audit.auditor import KINDS
from nova_lite.core.clock import ManualClock
from nova_lite.core.errors import Unavailable
from nova_lite.db.models.hosts import ComputeNodeRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.network import PortAddressRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads import hosts, instances
from nova_lite.db.reads import network as network_reads
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import audit as audit_writes
from nova_lite.db.writes import claims, network, resizing
from nova_lite.db.writes.instances import Transition
from nova_lite.objects.audit import Finding
from nova_lite.objects.network import SERVER_OWNER, FixedIp, Port
from nova_lite.objects.operation import Pause, Resize
from nova_lite.objects.states import TaskState, VmState
from nova_lite.rpcapi.compute import Compute
from tests.builders.guests import NOW, a_nic
from tests.contract.db.cloud import UNLIMITED, Cloud, a_size
from tests.contract.db.transitions import PAUSE

pytestmark = pytest.mark.promise(4)

RESIZE = Transition(task_state=TaskState.RESIZE_PREP, from_vm_states=frozenset({VmState.ACTIVE}))
SUBNET = "5e6b0ae2-8e0c-4a3c-8d0f-0d3f6a3f6a11"


@pytest.fixture
def cloud(database: Database) -> Cloud:
    return Cloud.with_hosts(database, "host1", "host2")


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


def _port(uuid: str, **changes: object) -> Port:
    nic = a_nic()
    return structs.replace(Port(
        id=nic.id, project_id="p", network_id=SUBNET, mac_address=nic.mac_address,
        fixed_ips=(FixedIp(subnet_id=SUBNET, ip_address="10.0.2.15"),), device_id=uuid, device_owner=SERVER_OWNER,
        made_for_device=True, created_at=NOW, updated_at=NOW,
    ), **changes)


def _plug(cloud: Cloud, uuid: str, **changes: object) -> None:
    cloud.database.transact(lambda tx: network.add(tx, _port(uuid, **changes)))


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
    "port.leaked": _plug,
    "address.leaked": lambda cloud, uuid: cloud.database.transact(lambda tx: tx.insert(
        PortAddressRow, {"subnet_id": SUBNET, "ip_address": "10.0.2.99", "port_id": a_nic().id}
    )),
}


def test_health_is_silent(cloud: Cloud) -> None:
    cloud.active(nics=())
    cloud.booting(nics=())
    cloud.act(cloud.active(nics=()), Pause(), PAUSE)
    assert audit(cloud) == []


@pytest.mark.parametrize("kind", list(PLANTINGS))
def test_a_violation_is_found_and_mended(cloud: Cloud, kind: str) -> None:
    instance = cloud.active(nics=())
    cloud.active(nics=())
    PLANTINGS[kind](cloud, instance.uuid)
    (found,) = audit(cloud)
    assert (found.kind, found.mended) == (kind, False) and found.mend
    assert set(found.about.values()) & {instance.uuid, "host1", SUBNET}
    (mended,) = audit(cloud, fix=True)
    assert (mended.kind, mended.mended) == (kind, True)
    assert audit(cloud) == []


def test_a_size_is_not_mended_that_a_resize_has_begun_to_change(cloud: Cloud) -> None:
    instance = cloud.active(nics=(), flavor=a_size(1, 64, 1))
    PLANTINGS["quota.missized"](cloud, instance.uuid)
    assert [finding.kind for finding in audit(cloud)] == ["quota.missized"]
    large = a_size(2, 128, 3)
    grant = cloud.act(instance, Resize(flavor=large), RESIZE)
    cloud.database.transact(lambda tx: resizing.accept(tx, grant, large, UNLIMITED, NOW))
    assert not cloud.database.transact(lambda tx: audit_writes.resize(tx, instance.uuid, NOW))
    with cloud.database.read() as tx:
        assert instances.usage(tx, instance.project_id).cores == 2


def test_a_misplaced_allocation_is_for_the_operator(cloud: Cloud) -> None:
    instance = cloud.active(nics=())
    plant(cloud, update(InstanceRow).where(InstanceRow.uuid == instance.uuid).values(host="host2"))
    (found,) = audit(cloud, fix=True)
    assert (found.kind, found.mend, found.mended) == ("allocation.misplaced", "", False)
    assert found.about == {"instance": instance.uuid, "host": "host1"}


def test_a_boot_that_nobody_works_on_ends_in_error(cloud: Cloud) -> None:
    grant = cloud.booting(nics=())
    plant(cloud, delete(OperationRow).where(OperationRow.uuid == grant.operation.id))
    assert [finding.kind for finding in audit(cloud, fix=True)] == ["instance.stranded"]
    with cloud.database.read() as tx:
        freed = instances.get(tx, grant.instance.uuid)
    assert (freed.vm_state, freed.task_state) == (VmState.ERROR, None)
    assert freed.fault is not None and "nothing was being done" in freed.fault.message


def test_an_operation_of_an_idle_instance_is_closed(cloud: Cloud) -> None:
    grant = cloud.act(cloud.active(nics=()), Pause(), PAUSE)
    plant(cloud, update(InstanceRow).where(InstanceRow.uuid == grant.instance.uuid).values(task_state=None))
    (found,) = audit(cloud, fix=True)
    assert (found.kind, found.about["operation"], found.mended) == ("operation.aimless", grant.operation.id, True)
    assert audit(cloud) == []


def test_an_operation_that_no_reaper_ended_is_reported(cloud: Cloud) -> None:
    operation = cloud.booting(nics=()).operation
    late = ManualClock(operation.deadline + 61)
    (found,) = Auditor(cloud.database, _nobody, late, 60.0).audit(fix=True)
    assert (found.kind, found.about["operation"]) == ("operation.overdue", operation.id)


def test_what_is_mended_is_counted_again(cloud: Cloud) -> None:
    instance = cloud.active(nics=())
    PLANTINGS["allocation.missing"](cloud, instance.uuid)
    audit(cloud, fix=True)
    with cloud.database.read() as tx:
        assert hosts.one(tx, "host1").instances == 1
        assert list(hosts.allocations(tx, "host1")) == [instance.uuid]


def test_an_interface_without_a_port_is_for_the_operator(cloud: Cloud) -> None:
    instance = cloud.active(nics=(a_nic(),))
    (found,) = audit(cloud, fix=True)
    assert (found.kind, found.mend, found.mended) == ("port.lost", "", False)
    assert found.about == {"port": a_nic().id, "instance": instance.uuid}
    _plug(cloud, instance.uuid)
    assert audit(cloud) == []


def test_a_port_of_a_server_that_was_never_there_is_free_again(cloud: Cloud) -> None:
    stranger = "8f6b0ae2-8e0c-4a3c-8d0f-0d3f6a3f6a11"
    _plug(cloud, stranger, made_for_device=False)
    (found,) = audit(cloud, fix=True)
    assert (found.kind, found.mended) == ("port.leaked", True)
    with cloud.database.read() as tx:
        (port,) = network_reads.find(tx, Port, id=a_nic().id)
    assert (port.device_id, port.device_owner) == ("", "")


def test_findings_are_a_gauge_which_is_zero_in_health(cloud: Cloud) -> None:
    auditor = Auditor(cloud.database, _nobody, ManualClock(NOW), 60.0)
    assert set(auditor.gauge.values) == set(KINDS) and auditor.standing == 0
    cloud.active(nics=(a_nic(),))
    auditor.turn()
    assert auditor.standing == 1
    assert 'nova_lite_audit_findings{kind="port.lost"} 1\n' in auditor.gauge.text()
    assert 'nova_lite_audit_findings{kind="guest.lost"} 0\n' in auditor.gauge.text()
