"""The independent checker: reads the database and the hypervisors, and says what is stuck, doubled, leaked or lost."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import select

from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.session import Database, Tx
from nova_lite.objects.states import OperationState, VmState
from nova_lite.virt.fake.hypervisor import FakeDomain

UNFINISHED = (OperationState.QUEUED, OperationState.RUNNING)
SETTLED = (VmState.ACTIVE, VmState.PAUSED, VmState.STOPPED)


class Wrong(NamedTuple):
    """A promise that was not kept."""

    kind: Literal["stuck", "doubled", "leaked", "lost", "untrue"]
    text: str


Domains = dict[str, list[tuple[str, FakeDomain]]]


def domains(instances_paths: dict[str, Path]) -> Domains:
    """The guests of every host, by the uuid of their instance: (host, domain)."""
    found: Domains = {}
    for host, path in instances_paths.items():
        for file in path.glob("*.json"):
            domain = msgspec.json.decode(file.read_bytes(), type=FakeDomain)
            found.setdefault(domain.uuid, []).append((host, domain))
    return found


def findings(database: Database, instances_paths: dict[str, Path]) -> list[Wrong]:
    """Everything that is wrong; empty when every promise is kept. Nothing may be under way."""
    with database.read() as tx:
        living = {row.uuid: row for row in tx.rows(select(InstanceRow).where(InstanceRow.deleted == ""))}
        return [
            *_stuck(tx, living), *_ledger(tx, living), *_counters(tx), *_guests(living, domains(instances_paths)),
            *_files(living, instances_paths),
        ]


def _stuck(tx: Tx, living: dict[str, InstanceRow]) -> list[Wrong]:
    wrong = [
        Wrong("stuck", f"{row.uuid}: {row.task_state or row.vm_state}")
        for row in living.values() if row.task_state or row.vm_state == VmState.BUILDING
    ]
    for operation in tx.rows(select(OperationRow).where(OperationRow.state.in_(UNFINISHED))):
        wrong.append(Wrong("stuck", f"{operation.instance_uuid}: {operation.action} is {operation.state}"))
    return wrong


def _ledger(tx: Tx, living: dict[str, InstanceRow]) -> list[Wrong]:
    held = {row.instance_uuid: row.host for row in tx.rows(select(AllocationRow))}
    owned = {uuid: row.host for uuid, row in living.items() if row.host is not None}
    leaked = [Wrong("leaked", f"{uuid}: allocation on {held[uuid]}") for uuid in held.keys() - owned.keys()]
    lost = [Wrong("lost", f"{uuid}: allocation on {owned[uuid]}") for uuid in owned.keys() - held.keys()]
    apart = [uuid for uuid in held.keys() & owned.keys() if held[uuid] != owned[uuid]]
    return leaked + lost + [Wrong("untrue", f"{uuid}: on {owned[uuid]}, allocated on {held[uuid]}") for uuid in apart]


def _counters(tx: Tx) -> list[Wrong]:
    wrong = []
    for node in tx.rows(select(ComputeNodeRow)):
        taken = tx.rows(select(AllocationRow).where(AllocationRow.host == node.host))
        sums = (len(taken), sum(a.vcpus for a in taken), sum(a.memory_mb for a in taken), sum(a.disk_gb for a in taken))
        counters = (node.instances, node.vcpus_used, node.memory_mb_used, node.disk_gb_used)
        if sums != counters:
            wrong.append(Wrong("untrue", f"host {node.host} counts {counters}, its allocations are {sums}"))
        if node.vcpus_used > node.vcpu_capacity or node.memory_mb_used > node.memory_mb_capacity:
            wrong.append(Wrong("doubled", f"host {node.host} is over-committed"))
    return wrong


def _guests(living: dict[str, InstanceRow], found: Domains) -> list[Wrong]:
    wrong = []
    for uuid, places in found.items():
        row = living.get(uuid)
        if len(places) > 1:
            wrong.append(Wrong("doubled", f"{uuid}: guests on {', '.join(sorted(host for host, _ in places))}"))
        elif row is None or row.host != places[0][0]:
            wrong.append(Wrong("leaked", f"{uuid}: guest on {places[0][0]}"))
        elif row.vm_state in SETTLED and places[0][1].power_state != row.power_state:
            wrong.append(Wrong("untrue", f"{uuid}: power state {row.power_state}, is {places[0][1].power_state}"))
    lost = {uuid for uuid, row in living.items() if row.vm_state in SETTLED} - found.keys()
    return wrong + [Wrong("lost", f"{uuid}: guest on {living[uuid].host}") for uuid in sorted(lost)]


def _files(living: dict[str, InstanceRow], instances_paths: dict[str, Path]) -> list[Wrong]:
    return [
        Wrong("leaked", f"{path.name}: files on {host}")
        for host, directory in instances_paths.items() if directory.is_dir()
        for path in directory.iterdir() if path.is_dir() and path.name not in living
    ]
