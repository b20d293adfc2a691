"""What the auditor mends. Each function holds the instance first and looks again: meanwhile all may be well."""

from __future__ import annotations

from sqlalchemy import delete, exists, select, update

from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.models.network import PortAddressRow, PortRow
from nova_lite.db.reads import audit as reads
from nova_lite.db.session import Tx
from nova_lite.db.writes import claims, instances, network, ownership
from nova_lite.objects.fault import Fault
from nova_lite.objects.states import OperationState, VmState


def release_leaked(tx: Tx, instance_uuid: str) -> bool:
    """Give back the place of an instance that has none any more; False when there is nothing to mend."""
    instance = instances.hold(tx, instance_uuid)
    if instance.deleted_at is None and instance.host is not None:
        return False
    return claims.release(tx, instance_uuid)


def allocate(tx: Tx, instance_uuid: str, now: float) -> bool:
    """Enter an instance into the ledger of the host that it lives on, even if that is full; False: nothing to mend."""
    instance = instances.hold(tx, instance_uuid)
    held = tx.row(select(AllocationRow).where(
        AllocationRow.instance_uuid == instance_uuid, AllocationRow.host == instance.host
    ))
    if instance.deleted_at is not None or instance.host is None or held is not None:
        return False
    flavor, node = instance.flavor, ComputeNodeRow
    tx.insert(AllocationRow, {
        "instance_uuid": instance_uuid, "host": instance.host, "vcpus": flavor.vcpus, "memory_mb": flavor.memory_mb,
        "disk_gb": flavor.disk_gb, "operation_uuid": "", "epoch": 0, "created_at": now,
    })
    tx.change(update(node).where(node.host == instance.host).values(
        vcpus_used=node.vcpus_used + flavor.vcpus, memory_mb_used=node.memory_mb_used + flavor.memory_mb,
        disk_gb_used=node.disk_gb_used + flavor.disk_gb, instances=node.instances + 1,
        generation=node.generation + 1,
    ))
    return True


def free(tx: Tx, instance_uuid: str, fault: Fault, now: float) -> bool:
    """Take the task state from an instance that nobody works on; one that was building ends in ERROR."""
    instance = instances.hold(tx, instance_uuid)
    if instance_uuid not in {found.uuid for found in reads.stranded(tx)}:
        return False
    vm_state = VmState.ERROR if instance.vm_state is VmState.BUILDING else instance.vm_state
    instances.save(tx, instance, now, task_state=None, vm_state=vm_state, fault=fault)
    return True


def close(tx: Tx, operation_id: str, message: str, now: float) -> bool:
    """Fail an operation that nobody waits for; False when it has ended or is wanted."""
    grant = ownership.hold(tx, operation_id)
    if operation_id not in {found.id for found in reads.aimless_operations(tx)}:
        return False
    ownership.end(tx, grant.operation, grant.instance, OperationState.FAILED, message, now)
    return True


def free_port(tx: Tx, port_id: str, device_id: str, now: float) -> bool:
    """Take a port from a server that does not have it; False when it is the server's after all, or gone."""
    if (port_id, device_id) not in reads.leaked_ports(tx):
        return False
    network.release_port(tx, device_id, port_id, now)
    return True


def free_address(tx: Tx, subnet_id: str, address: str) -> bool:
    """Let an address be given away that the port which took it does not need: it is gone."""
    held = exists().where(PortRow.id == PortAddressRow.port_id)
    return bool(tx.change(delete(PortAddressRow).where(
        PortAddressRow.subnet_id == subnet_id, PortAddressRow.ip_address == address, ~held
    )))


def resize(tx: Tx, instance_uuid: str, now: float) -> bool:
    """Write the columns that quota sums out of the record again; False when they are right, or a resize has begun."""
    instance = instances.hold(tx, instance_uuid)
    if not reads.missized(tx, instance_uuid):
        return False
    instances.save(tx, instance, now, flavor=instance.flavor)
    return True
