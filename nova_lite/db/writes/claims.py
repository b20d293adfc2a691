"""Claims: giving an instance its place on a host, and taking it back. The only code that moves the counters."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from msgspec import structs
from sqlalchemy import ColumnElement, Select, Update, bindparam, delete, select, update

from nova_lite.db.errors import NoCapacity
from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.session import Tx
from nova_lite.db.writes import instances, ownership
from nova_lite.db.writes.server_groups import Company, is_alone
from nova_lite.objects.claim import ClaimGrant, ClaimRequest
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Arguments, Migrate, Move, Operation, Resize, move_of
from nova_lite.objects.states import Leg, OperationState

Place = tuple[str, str | None]
"""A host and its availability zone."""


def claim(tx: Tx, request: ClaimRequest, now: float, lease: float) -> ClaimGrant:
    """Give the instance of a queued operation a place on the first candidate that can take it now.

    The operation gets that host, the next epoch, the next attempt, and ``lease`` seconds to be begun in. One that is
    moved stays where it is until it has arrived, and its operation begins there.

    :raises NotFound: no such operation.
    :raises Superseded: it is not queued any more, or not with that epoch.
    :raises NoCapacity: no candidate has the room, is enabled and is not forced down.
    """
    grant = ownership.hold(tx, request.operation_id)
    instance, operation = grant.instance, grant.operation
    if operation.state != OperationState.QUEUED or operation.epoch != request.epoch or operation.host is not None:
        raise ownership.superseded(operation)
    flavor = _wanted(grant)
    place = _first_fit(tx, request.candidates, flavor, instance.uuid)
    if place is None:
        raise NoCapacity(
            f"none of the {len(request.candidates)} candidate hosts can take instance {instance.uuid} now",
            instance=instance.uuid, operation=operation.id, candidates=len(request.candidates),
        )
    host, zone = place
    arguments = _directed(grant, host)
    move = move_of(arguments)
    claimed = ownership.save(
        tx, operation, now, host=host if move is None else move.host, epoch=operation.epoch + 1,
        attempt=operation.attempt + 1, lease_expires_at=now + lease, arguments=arguments,
    )
    _record(tx, host, flavor, claimed, now)
    if move is None:
        instance = instances.save(tx, instance, now, host=host, availability_zone=zone)
    return ClaimGrant(instance=instance, operation=claimed)


def zone_of(tx: Tx, host: str) -> str | None:
    """The availability zone of a host."""
    zone = tx.scalar(select(ComputeNodeRow.availability_zone).where(ComputeNodeRow.host == host))
    return None if zone is None else str(zone)


def _wanted(grant: ClaimGrant) -> Flavor:
    arguments = grant.operation.arguments
    return arguments.flavor if isinstance(arguments, Resize) else grant.instance.flavor


def _directed(grant: ClaimGrant, host: str) -> Arguments:
    """The arguments, with the way of what is moved."""
    arguments, source = grant.operation.arguments, grant.instance.host
    if isinstance(arguments, Resize | Migrate) and source is not None:
        return structs.replace(arguments, move=Move(source=source, destination=host, leg=Leg.DEPART))
    return arguments


def places(tx: Tx, instance_uuid: str) -> list[str]:
    """The hosts of which an instance takes something, by name."""
    rows = tx.tuples(select(AllocationRow.host).where(AllocationRow.instance_uuid == instance_uuid))
    return sorted(str(host) for (host,) in rows)


def release(tx: Tx, instance_uuid: str) -> bool:
    """Give back all that an instance takes; False when it takes nothing. The caller holds the instance."""
    held = places(tx, instance_uuid)
    for host in held:
        leave(tx, instance_uuid, host)
    return bool(held)


def release_elsewhere(tx: Tx, instance_uuid: str, host: str | None) -> None:
    """Give back what an instance takes of other hosts than this one. The caller holds the instance."""
    for place in places(tx, instance_uuid):
        if place != host:
            leave(tx, instance_uuid, place)


def leave(tx: Tx, instance_uuid: str, host: str) -> bool:
    """Give back what an instance takes of one host; False when it takes nothing there.

    The caller holds the instance.
    """
    row = tx.row(_entry(instance_uuid, host))
    here = (AllocationRow.instance_uuid == instance_uuid, AllocationRow.host == host)
    if row is None or not tx.change(delete(AllocationRow).where(*here)):
        return False
    tx.change(
        update(ComputeNodeRow)
        .where(ComputeNodeRow.host == row.host)
        .values(
            vcpus_used=ComputeNodeRow.vcpus_used - row.vcpus,
            memory_mb_used=ComputeNodeRow.memory_mb_used - row.memory_mb,
            disk_gb_used=ComputeNodeRow.disk_gb_used - row.disk_gb,
            instances=ComputeNodeRow.instances - 1,
            generation=ComputeNodeRow.generation + 1,
        )
    )
    return True


def grow(tx: Tx, instance: Instance, flavor: Flavor) -> bool:
    """Take the room of ``flavor`` too, on the host where the instance is; False when it has not that much.

    The caller holds the instance. :func:`take` ends it.
    """
    row = tx.row(_entry(instance.uuid, instance.host))
    node = ComputeNodeRow
    if row is None:
        return False
    fits = tx.change(
        update(node).where(
            node.host == row.host,
            node.vcpus_used + flavor.vcpus <= node.vcpu_capacity,
            node.memory_mb_used + flavor.memory_mb <= node.memory_mb_capacity,
            node.disk_gb_used + flavor.disk_gb <= node.disk_gb_capacity,
        ).values(
            vcpus_used=node.vcpus_used + flavor.vcpus, memory_mb_used=node.memory_mb_used + flavor.memory_mb,
            disk_gb_used=node.disk_gb_used + flavor.disk_gb, generation=node.generation + 1,
        )
    )
    if fits:
        _enter(tx, row, row.vcpus + flavor.vcpus, row.memory_mb + flavor.memory_mb, row.disk_gb + flavor.disk_gb)
    return fits == 1


def take(tx: Tx, instance: Instance, flavor: Flavor) -> None:
    """Have the instance take the room of ``flavor`` and no more, where it is. The caller holds it, and it took at
    least that.
    """
    row = tx.row(_entry(instance.uuid, instance.host))
    if row is None:
        return
    node = ComputeNodeRow
    tx.change(
        update(node).where(node.host == row.host).values(
            vcpus_used=node.vcpus_used - row.vcpus + flavor.vcpus,
            memory_mb_used=node.memory_mb_used - row.memory_mb + flavor.memory_mb,
            disk_gb_used=node.disk_gb_used - row.disk_gb + flavor.disk_gb, generation=node.generation + 1,
        )
    )
    _enter(tx, row, flavor.vcpus, flavor.memory_mb, flavor.disk_gb)


def _entry(instance_uuid: str, host: str | None) -> Select[AllocationRow]:
    return select(AllocationRow).where(
        AllocationRow.instance_uuid == instance_uuid, AllocationRow.host == host
    ).with_for_update()


def _enter(tx: Tx, row: AllocationRow, vcpus: int, memory_mb: int, disk_gb: int) -> None:
    tx.change(
        update(AllocationRow)
        .where(AllocationRow.instance_uuid == row.instance_uuid, AllocationRow.host == row.host)
        .values(vcpus=vcpus, memory_mb=memory_mb, disk_gb=disk_gb)
    )


def _first_fit(tx: Tx, candidates: Sequence[str], flavor: Flavor, instance_uuid: str) -> Place | None:
    for host in candidates[:1]:  # most instances are in no group, and get what the scheduler likes best: one statement
        if (place := _take_room(tx, host, flavor, _for_one_alone(), one=instance_uuid)) is not None:
            return place
    company = Company(tx, instance_uuid)
    fitting = (_take_room(tx, host, flavor, _taking(*company.condition())) for host in company.order(candidates))
    return next((place for place in fitting if place is not None), None)


def _take_room(tx: Tx, host: str, flavor: Flavor, statement: Update, **values: object) -> Place | None:
    node = ComputeNodeRow.__table__.c
    found = tx.changed_row(
        statement, (node.host, node.availability_zone),
        select(node.host, node.availability_zone).where(node.host == host),
        where=host, cores=flavor.vcpus, memory=flavor.memory_mb, disk=flavor.disk_gb, **values,
    )
    return None if found is None else (str(found.host), found.availability_zone)


@functools.cache
def _for_one_alone() -> Update:
    return _taking(is_alone(bindparam("one")))


def _taking(*besides: ColumnElement[bool]) -> Update:
    """Take ``cores``, ``memory`` (MiB) and ``disk`` (GiB) from the host ``where``, if it has that much."""
    node = ComputeNodeRow
    vcpus_used = node.vcpus_used + bindparam("cores")
    memory_mb_used = node.memory_mb_used + bindparam("memory")
    disk_gb_used = node.disk_gb_used + bindparam("disk")
    fits = update(node).where(
        node.host == bindparam("where"), node.enabled.is_(True), node.forced_down.is_(False),
        vcpus_used <= node.vcpu_capacity, memory_mb_used <= node.memory_mb_capacity,
        disk_gb_used <= node.disk_gb_capacity, *besides,
    )
    return fits.values(
        vcpus_used=vcpus_used, memory_mb_used=memory_mb_used, disk_gb_used=disk_gb_used,
        instances=node.instances + 1, generation=node.generation + 1,
    )


def _record(tx: Tx, host: str, flavor: Flavor, claimed: Operation, now: float) -> None:
    tx.insert(AllocationRow, {
        "instance_uuid": claimed.instance_uuid, "host": host, "vcpus": flavor.vcpus, "memory_mb": flavor.memory_mb,
        "disk_gb": flavor.disk_gb, "operation_uuid": claimed.id, "epoch": claimed.epoch, "created_at": now,
    })
