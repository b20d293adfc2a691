"""What the auditor asks: each question is one statement, so that its answer is of one moment."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import and_, exists, func, or_, select

from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.network import PortAddressRow, PortRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads.instances import from_row
from nova_lite.db.reads.operations import UNFINISHED
from nova_lite.db.reads.operations import from_row as operation_from_row
from nova_lite.db.session import Tx
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation
from nova_lite.objects.quota import counted
from nova_lite.objects.states import QUIET, Action, VmState

_UNDER_WAY = exists().where(OperationRow.instance_uuid == InstanceRow.uuid, OperationRow.state.in_(UNFINISHED))


def leaked_allocations(tx: Tx) -> list[tuple[str, str]]:
    """Allocations whose instance is deleted or has no host: (instance, host of the allocation)."""
    return _pairs(tx, or_(InstanceRow.deleted != "", InstanceRow.host.is_(None)))


def misplaced_allocations(tx: Tx) -> list[tuple[str, str]]:
    """Allocations on another host than their live instance's: (instance, host of the allocation).

    While it is moved, and until that is decided, an instance has its place on two hosts.
    """
    statement = select(InstanceRow.uuid, AllocationRow.host, InstanceRow.kept).join(
        AllocationRow, InstanceRow.uuid == AllocationRow.instance_uuid
    ).where(InstanceRow.deleted == "", InstanceRow.host != AllocationRow.host, ~_UNDER_WAY)
    return [
        (str(uuid), str(host)) for uuid, host, kept in tx.tuples(statement) if kept is None or kept.host != host
    ]


def unallocated(tx: Tx) -> list[Instance]:
    """Live instances that have a host and no allocation."""
    held = exists().where(
        AllocationRow.instance_uuid == InstanceRow.uuid,
        or_(AllocationRow.host == InstanceRow.host, InstanceRow.kept.is_(None)),  # a misplaced one is told of as that
    )
    statement = select(InstanceRow).where(InstanceRow.deleted == "", InstanceRow.host.is_not(None), ~held)
    return [from_row(row) for row in tx.rows(statement)]


def stranded(tx: Tx) -> list[Instance]:
    """Live instances that something is being done to, or that are building, without an operation that does it."""
    waiting = or_(InstanceRow.task_state.is_not(None), InstanceRow.vm_state == VmState.BUILDING)
    statement = select(InstanceRow).where(InstanceRow.deleted == "", waiting, ~_UNDER_WAY)
    return [from_row(row) for row in tx.rows(statement)]


def aimless_operations(tx: Tx) -> list[Operation]:
    """Unfinished operations of instances that are deleted, or that nothing is being done to though it should show."""
    idle = exists().where(
        InstanceRow.uuid == OperationRow.instance_uuid,
        or_(InstanceRow.deleted != "",
            and_(InstanceRow.task_state.is_(None), OperationRow.action.not_in(sorted(QUIET)))),
    )
    return [
        operation_from_row(row) for row in tx.rows(
            select(OperationRow).where(OperationRow.state.in_(UNFINISHED), idle)
        )
    ]


def overdue_operations(tx: Tx, before: float) -> list[Operation]:
    """Unfinished operations that should have ended before a time."""
    statement = select(OperationRow).where(OperationRow.state.in_(UNFINISHED), OperationRow.deadline < before)
    return [operation_from_row(row) for row in tx.rows(statement)]


def miscounted_hosts(tx: Tx) -> list[str]:
    """Hosts whose counters are not the sums of their allocations."""
    node, taken = ComputeNodeRow, AllocationRow
    sums = (
        select(
            taken.host.label("host"), func.count().label("instances"), func.sum(taken.vcpus).label("vcpus"),
            func.sum(taken.memory_mb).label("memory_mb"), func.sum(taken.disk_gb).label("disk_gb"),
        ).group_by(taken.host).subquery()
    )
    wrong = or_(*(
        counter != func.coalesce(total, 0) for counter, total in (
            (node.instances, sums.c.instances), (node.vcpus_used, sums.c.vcpus),
            (node.memory_mb_used, sums.c.memory_mb), (node.disk_gb_used, sums.c.disk_gb),
        )
    ))
    statement = select(node.host).outerjoin(sums, sums.c.host == node.host).where(wrong)
    return [str(host) for (host,) in tx.tuples(statement)]


def missized(tx: Tx, uuid: str | None = None) -> list[Instance]:
    """Live instances (or the one) that quota counts with another size than theirs.

    One that is being resized has two.
    """
    resizing = exists().where(
        OperationRow.instance_uuid == InstanceRow.uuid, OperationRow.state.in_(UNFINISHED),
        OperationRow.action == Action.RESIZE,
    )
    live = select(InstanceRow).where(InstanceRow.deleted == "", ~resizing)
    rows = tx.rows(live if uuid is None else live.where(InstanceRow.uuid == uuid))
    return [
        instance for row in rows if counted(instance := from_row(row)) != (row.vcpus, row.memory_mb, row.disk_gb)
    ]


def leaked_ports(tx: Tx) -> list[tuple[str, str]]:
    """Ports of servers that are deleted, were never there, or do not have them: (port, what it says is its server)."""
    statement = select(PortRow.id, PortRow.device_id, InstanceRow.deleted, InstanceRow.nics).outerjoin(
        InstanceRow, InstanceRow.uuid == PortRow.device_id
    ).where(PortRow.device_owner.startswith("compute:"))
    return [
        (str(port), str(uuid)) for port, uuid, deleted, nics in tx.tuples(statement)
        if nics is None or deleted or port not in {nic.id for nic in nics}
    ]


def lost_ports(tx: Tx) -> list[tuple[str, str]]:
    """Interfaces of live instances for which there is no port: (port, instance)."""
    statement = select(InstanceRow.uuid, InstanceRow.nics, PortRow.id).outerjoin(
        PortRow, PortRow.device_id == InstanceRow.uuid
    ).where(InstanceRow.deleted == "")
    has: dict[str, set[str]] = defaultdict(set)
    wants: dict[str, set[str]] = {}
    for uuid, nics, port in tx.tuples(statement):
        has[uuid].add(port)
        wants[uuid] = {nic.id for nic in nics}
    return [(port, uuid) for uuid, ports in wants.items() for port in sorted(ports - has[uuid])]


def leaked_addresses(tx: Tx) -> list[tuple[str, str, str]]:
    """Addresses that nobody can have, because the port that took them is gone: (subnet, address, port)."""
    held = exists().where(PortRow.id == PortAddressRow.port_id)
    statement = select(PortAddressRow.subnet_id, PortAddressRow.ip_address, PortAddressRow.port_id).where(~held)
    return [(str(subnet), str(address), str(port)) for subnet, address, port in tx.tuples(statement)]


def _pairs(tx: Tx, condition: object) -> list[tuple[str, str]]:
    statement = (
        select(AllocationRow.instance_uuid, AllocationRow.host)
        .join(InstanceRow, InstanceRow.uuid == AllocationRow.instance_uuid)
        .where(condition)  # type: ignore[arg-type]  # SQLAlchemy's types of conditions have no common public name
    )
    return [(str(uuid), str(host)) for uuid, host in tx.tuples(statement)]
