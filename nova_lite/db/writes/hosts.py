"""Writing compute hosts: reports, switches, and the mending of counters."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select, update

from nova_lite.core.errors import Conflict
from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.models.services import ServiceRow
from nova_lite.db.reads import hosts
from nova_lite.db.session import Tx
from nova_lite.objects.host import HostReport, HostState

COMPUTE = "nova-compute"


def report(tx: Tx, report: HostReport, now: float) -> HostState | None:
    """Take a host's report; what is claimed of it and how it is switched stay as they are.

    None: a newer one was taken already, and nothing is changed.

    :raises Duplicate: its first report is being written at the same time; once more, and it is known.
    :raises Conflict: the name or the identity is another host's. A host that was renamed, or whose identity was lost
        while instances are on it, is a matter for the operator.
    """
    values = _values(report, now)
    node = ComputeNodeRow
    newer = update(node).where(node.host == report.host, node.told_at < report.sent_at)
    if not tx.change(newer.where(node.uuid == report.uuid).values(values)):
        known = _known(tx, report)
        if known is None:
            tx.insert(node, {"host": report.host, "uuid": report.uuid, **values})
        # A host that was set up anew while empty: its name goes on with the new identity.
        elif not tx.change(newer.values(uuid=report.uuid, **values)):
            return None
    return hosts.one(tx, report.host)


def set_enabled(tx: Tx, host: str, enabled: bool, reason: str, now: float) -> HostState:
    """Let the scheduler use a host, or not, in its node and its service. Raises NotFound."""
    tx.change(
        update(ComputeNodeRow)
        .where(ComputeNodeRow.host == host)
        .values(enabled=enabled, disabled_reason=reason, generation=ComputeNodeRow.generation + 1)
    )
    tx.change(
        _service(host).values(enabled=enabled, disabled_reason=None if enabled else reason or None, updated_at=now)
    )
    return hosts.one(tx, host)


def set_forced_down(tx: Tx, host: str, forced_down: bool, now: float) -> HostState:
    """Say that a host is down whatever it reports, or take that back. Raises NotFound."""
    tx.change(
        update(ComputeNodeRow)
        .where(ComputeNodeRow.host == host)
        .values(forced_down=forced_down, generation=ComputeNodeRow.generation + 1)
    )
    tx.change(_service(host).values(forced_down=forced_down, updated_at=now))
    return hosts.one(tx, host)


def recount(tx: Tx, host: str) -> bool:
    """Set a host's counters to the sums of its allocations; True when they were wrong."""
    tx.row(select(ComputeNodeRow).where(ComputeNodeRow.host == host).with_for_update())
    taken = AllocationRow
    ((count, vcpus, memory_mb, disk_gb),) = tx.tuples(
        select(func.count(), func.sum(taken.vcpus), func.sum(taken.memory_mb), func.sum(taken.disk_gb)).where(
            taken.host == host
        )
    )
    node = ComputeNodeRow
    sums = {
        "instances": int(count), "vcpus_used": int(vcpus or 0), "memory_mb_used": int(memory_mb or 0),
        "disk_gb_used": int(disk_gb or 0),
    }
    wrong = or_(*(getattr(node, name) != value for name, value in sums.items()))
    return bool(tx.change(update(node).where(node.host == host, wrong).values(sums)))


def _known(tx: Tx, report: HostReport) -> ComputeNodeRow | None:
    """The record that a report is about, held; None: neither its name nor its identity is known. Raises Conflict."""
    node = ComputeNodeRow
    known = tx.rows(select(node).where(or_(node.host == report.host, node.uuid == report.uuid)).with_for_update())
    if not known:
        return None
    row = known[0]
    if len(known) == 1 and row.host == report.host and (row.uuid == report.uuid or row.instances == 0):
        return row
    raise Conflict(
        f"host {report.host} with identity {report.uuid} is not who it says: {row.uuid} is known as {row.host}, "
        f"with {row.instances} instances", host=report.host, uuid=report.uuid, known_host=row.host,
        known_uuid=row.uuid,
    )


def _values(report: HostReport, now: float) -> dict[str, Any]:
    inventory = report.inventory
    return {
        "inventory": inventory, "vcpu_capacity": inventory.vcpu_capacity,
        "memory_mb_capacity": inventory.memory_mb_capacity, "disk_gb_capacity": inventory.disk_gb_capacity,
        "hypervisor_type": report.hypervisor_type, "hypervisor_version": report.hypervisor_version,
        "hypervisor_hostname": report.hypervisor_hostname, "host_ip": report.host_ip, "cpu_info": report.cpu_info,
        "uptime": report.uptime,
        "service_version": report.service_version, "started_at": report.started_at, "last_seen_at": now,
        "told_at": report.sent_at,
    }


def _service(host: str) -> Any:
    return update(ServiceRow).where(ServiceRow.host == host, ServiceRow.binary == COMPUTE)
