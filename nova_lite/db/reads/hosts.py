"""Reading compute hosts and the ledger of what is taken of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from nova_lite.core.errors import NotFound
from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.session import Tx
from nova_lite.objects.host import HostDetails, HostState


def every(tx: Tx) -> list[HostState]:
    """All hosts, by the order in which they first reported."""
    return [from_row(row) for row in tx.rows(select(ComputeNodeRow).order_by(ComputeNodeRow.id))]


def named(tx: Tx, names: Collection[str]) -> list[HostState]:
    """The hosts of these names, as far as there are any. One statement; none for no names."""
    if not names:
        return []
    return [from_row(row) for row in tx.rows(select(ComputeNodeRow).where(ComputeNodeRow.host.in_(names)))]


def one(tx: Tx, host: str) -> HostState:
    """A host by its name. Raises NotFound, in Nova's words."""
    row = tx.row(select(ComputeNodeRow).where(ComputeNodeRow.host == host))
    if row is None:
        raise NotFound(f"Compute host {host} could not be found.", host=host)
    return from_row(row)


def by_uuid(tx: Tx, uuid: str) -> HostState:
    """A host by its identity. Raises NotFound."""
    row = tx.row(select(ComputeNodeRow).where(ComputeNodeRow.uuid == uuid))
    if row is None:
        raise NotFound(f"Compute host {uuid} could not be found.", uuid=uuid)
    return from_row(row)


def allocations(tx: Tx, host: str) -> dict[str, tuple[int, int, int]]:
    """What each instance takes of a host: (vcpus, MiB of memory, GiB of disk) by instance uuid."""
    rows = tx.rows(select(AllocationRow).where(AllocationRow.host == host))
    return {row.instance_uuid: (row.vcpus, row.memory_mb, row.disk_gb) for row in rows}


def details(tx: Tx) -> dict[str, HostDetails]:
    """What every host, by its name, has told of itself besides. One statement."""
    node = ComputeNodeRow
    rows = tx.tuples(select(node.host, node.cpu_info, node.uptime))
    return {host: HostDetails(cpu_info=cpu_info, uptime=uptime) for host, cpu_info, uptime in rows}


def from_row(row: ComputeNodeRow) -> HostState:
    """The object of a row."""
    return HostState(
        host=row.host, uuid=row.uuid, inventory=row.inventory, vcpus_used=row.vcpus_used,
        memory_mb_used=row.memory_mb_used, disk_gb_used=row.disk_gb_used, instances=row.instances,
        enabled=row.enabled, disabled_reason=row.disabled_reason, forced_down=row.forced_down,
        availability_zone=row.availability_zone, hypervisor_type=row.hypervisor_type,
        hypervisor_version=row.hypervisor_version, hypervisor_hostname=row.hypervisor_hostname,
        host_ip=row.host_ip, last_seen_at=row.last_seen_at, generation=row.generation,
    )
