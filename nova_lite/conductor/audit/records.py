"""Findings in the records themselves: ledger, counters, quota's columns, operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from nova_lite.db.reads import audit as reads
from nova_lite.db.session import Tx
from nova_lite.db.writes import audit as writes
from nova_lite.db.writes import hosts as host_writes
from nova_lite.objects.audit import Finding
from nova_lite.objects.fault import Fault

KINDS = (
    "allocation.leaked", "allocation.misplaced", "allocation.missing", "host.miscounted", "quota.missized",
    "instance.stranded", "operation.aimless", "operation.overdue", "port.leaked", "port.lost", "address.leaked",
)
OVERDUE = 60.0  # seconds past its deadline after which even a slow reaper should have ended an operation

Mend = Callable[[Tx], object]
Found = Iterator[tuple[Finding, Mend | None]]


def findings(tx: Tx, now: float) -> Found:
    """Each finding with the write that mends it; None where the operator must decide."""
    yield from _allocations(tx, now)
    yield from _sizes(tx, now)
    yield from _operations(tx, now)
    yield from _ports(tx, now)


def _allocations(tx: Tx, now: float) -> Found:
    for uuid, host in reads.leaked_allocations(tx):
        text = f"instance {uuid} is deleted or has no host, and still takes its place on {host}"
        finding = Finding(kind="allocation.leaked", about=_about(uuid, host), text=text, mend="release it")
        yield finding, partial(writes.release_leaked, instance_uuid=uuid)
    for uuid, host in reads.misplaced_allocations(tx):
        text = f"instance {uuid} takes its place on {host}, where it does not live"
        yield Finding(kind="allocation.misplaced", about=_about(uuid, host), text=text), None
    for instance in reads.unallocated(tx):
        text = f"instance {instance.uuid} lives on {instance.host} and takes no place there"
        finding = Finding(kind="allocation.missing", about=_about(instance.uuid, instance.host), text=text,
                          mend="enter it into the ledger")
        yield finding, partial(writes.allocate, instance_uuid=instance.uuid, now=now)
    for host in reads.miscounted_hosts(tx):
        text = f"the counters of {host} are not the sums of its allocations"
        finding = Finding(kind="host.miscounted", about={"host": host}, text=text, mend="count again")
        yield finding, partial(host_writes.recount, host=host)


def _sizes(tx: Tx, now: float) -> Found:
    for instance in reads.missized(tx):
        text = f"quota counts another size for instance {instance.uuid} than its flavor has"
        finding = Finding(kind="quota.missized", about=_about(instance.uuid), text=text, mend="take the flavor's")
        yield finding, partial(writes.resize, instance_uuid=instance.uuid, now=now)


def _operations(tx: Tx, now: float) -> Found:
    for instance in reads.stranded(tx):
        doing = instance.task_state or instance.vm_state
        text = f"instance {instance.uuid} is {doing}, and no operation is under way on it"
        fault = Fault(message=f"It was {doing}, and nothing was being done about it.", created=now)
        finding = Finding(kind="instance.stranded", about=_about(instance.uuid, instance.host), text=text,
                          mend="take the task state away; a boot ends in ERROR")
        yield finding, partial(writes.free, instance_uuid=instance.uuid, fault=fault, now=now)
    for operation in reads.aimless_operations(tx):
        text = f"operation {operation.id} ({operation.action}) is {operation.state}, and its instance is idle or gone"
        about = {"operation": operation.id, **_about(operation.instance_uuid)}
        finding = Finding(kind="operation.aimless", about=about, text=text, mend="fail it")
        yield finding, partial(writes.close, operation_id=operation.id, message="closed by the auditor", now=now)
    for operation in reads.overdue_operations(tx, now - OVERDUE):
        text = f"operation {operation.id} ({operation.action}) should have ended long ago: does a conductor run?"
        yield Finding(kind="operation.overdue", about={"operation": operation.id, **_about(operation.instance_uuid)},
                      text=text), None


def _ports(tx: Tx, now: float) -> Found:
    for port, uuid in reads.leaked_ports(tx):
        text = f"port {port} belongs to server {uuid}, which is deleted or has no such interface"
        about = {"port": port, **_about(uuid)}
        finding = Finding(kind="port.leaked", about=about, text=text, mend="take it from there")
        yield finding, partial(writes.free_port, port_id=port, device_id=uuid, now=now)
    for port, uuid in reads.lost_ports(tx):
        text = f"instance {uuid} has an interface whose port {port} is not there"
        yield Finding(kind="port.lost", about={"port": port, **_about(uuid)}, text=text), None
    for subnet, address, port in reads.leaked_addresses(tx):
        text = f"address {address} of subnet {subnet} is taken by port {port}, which is not there"
        finding = Finding(kind="address.leaked", about={"subnet": subnet, "address": address, "port": port}, text=text,
                          mend="free it")
        yield finding, partial(writes.free_address, subnet_id=subnet, address=address)


def _about(instance_uuid: str, host: str | None = None) -> dict[str, str]:
    return {"instance": instance_uuid, **({"host": host} if host else {})}
