"""The independent checker: reads the database and the hypervisors, and says what is stuck, doubled, leaked or lost."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec
from sqlalchemy import select

from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.models.image import ImagePropertyRow, ImageRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.network import PortAddressRow, PortRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.session import Database, Tx
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageStatus
from nova_lite.objects.network import SERVER_OWNER
from nova_lite.objects.states import OperationState, PowerState, VmState
from nova_lite.virt.fake.hypervisor import FakeDomain
from tests.integration.crash.notices import Told, unpaired
from tests.integration.crash.wrong import Wrong

RUNNING = PowerState.RUNNING
UNFINISHED = (OperationState.QUEUED, OperationState.RUNNING)
# In these an instance has a guest.
SETTLED = (
    VmState.ACTIVE, VmState.PAUSED, VmState.STOPPED, VmState.SUSPENDED, VmState.RESCUED, VmState.RESIZED,
)


Domains = dict[str, list[tuple[str, FakeDomain]]]


def domains(instances_paths: dict[str, Path]) -> Domains:
    """The guests of every host, by the uuid of their instance: (host, domain)."""
    found: Domains = {}
    for host, path in instances_paths.items():
        for file in _there(path, "*.json"):
            try:
                domain = msgspec.json.decode(file.read_bytes(), type=FakeDomain)
            except FileNotFoundError:  # destroyed since the directory was read
                continue
            found.setdefault(domain.uuid, []).append((host, domain))
    return found


def findings(
    database: Database, instances_paths: dict[str, Path], wanted: Collection[str] | None = None,
    told: Told | None = None,
) -> list[Wrong]:
    """Everything that is wrong; empty when every promise is kept. Nothing may be under way.

    ``wanted``: the servers that clients know of, ``told``: what notifications have told; None: nobody has kept a list.
    """
    with database.read() as tx:
        living = {row.uuid: row for row in tx.rows(select(InstanceRow).where(InstanceRow.deleted == ""))}
        wrong = [
            *_stuck(tx, living), *_ledger(tx, living), *_sizes(tx, living), *_counters(tx), *_ports(tx, living),
            *_images(tx, living), *_guests(living, domains(instances_paths)), *_files(living, instances_paths),
            *_parcels(tx, instances_paths),
            *(unpaired(tx, told) if told is not None else ()),
        ]
    if wanted is not None:
        wrong += [Wrong("doubled", f"{uuid}: nobody has asked for it") for uuid in living.keys() - set(wanted)]
        wrong += [Wrong("lost", f"{uuid}: there is no record of it") for uuid in set(wanted) - living.keys()]
    return wrong


def _there(directory: Path, pattern: str) -> list[Path]:
    """What of it is there: none in what is no directory, or goes while it is read."""
    try:
        return list(directory.glob(pattern))
    except FileNotFoundError:
        return []


def _stuck(tx: Tx, living: dict[str, InstanceRow]) -> list[Wrong]:
    wrong = [
        Wrong("stuck", f"{row.uuid}: {row.task_state or row.vm_state}")
        for row in living.values() if row.task_state or row.vm_state == VmState.BUILDING
    ]
    for operation in tx.rows(select(OperationRow).where(OperationRow.state.in_(UNFINISHED))):
        wrong.append(Wrong("stuck", f"{operation.instance_uuid}: {operation.action} is {operation.state}"))
    return wrong


def _ledger(tx: Tx, living: dict[str, InstanceRow]) -> list[Wrong]:
    held = {(row.instance_uuid, row.host) for row in tx.rows(select(AllocationRow))}
    owned = {(uuid, host) for uuid, row in living.items() for host in _places(row)}
    away = [row for row in living.values() if row.vm_state == VmState.SHELVED_OFFLOADED and row.host is not None]
    return [
        *(Wrong("leaked", f"{uuid}: allocation on {host}") for uuid, host in held - owned),
        *(Wrong("lost", f"{uuid}: allocation on {host}") for uuid, host in owned - held),
        *(Wrong("leaked", f"{row.uuid}: shelved, and on host {row.host}") for row in away),
    ]


def _places(row: InstanceRow) -> list[str]:
    """Where an instance lives, and where the guest of before is kept while its move is undecided."""
    return [host for host in (row.host, row.kept.host if row.kept is not None else None) if host is not None]


def _sizes(tx: Tx, living: dict[str, InstanceRow]) -> list[Wrong]:
    """Quota sums columns, and hosts sum allocations: both say what the flavors say."""
    wrong = []
    held = {(row.instance_uuid, row.host): _taken(row) for row in tx.rows(select(AllocationRow))}
    for uuid, row in living.items():
        both = [_size(row.flavor)]
        if row.vm_state == VmState.RESIZED and row.kept is not None and row.kept.flavor is not None:
            both.append(_size(row.kept.flavor))
        if (row.vcpus, row.memory_mb, row.disk_gb) != tuple(map(max, zip(*both, strict=True))):
            wrong.append(Wrong("untrue", f"{uuid}: quota counts another size than that of its larger flavor"))
        places = _places(row)
        apart = len(places) == len(both) == 2
        wanted = both if apart else [tuple(map(sum, zip(*both, strict=True)))]
        wrong += [
            Wrong("untrue", f"{uuid}: its allocation on {host} is not of the size {size}")
            for host, size in zip(places, wanted, strict=False) if held.get((uuid, host), size) != size
        ]
    return wrong


def _size(flavor: Flavor) -> tuple[int, int, int]:
    return flavor.vcpus, flavor.memory_mb, flavor.disk_gb


def _taken(row: AllocationRow) -> tuple[int, int, int]:
    return row.vcpus, row.memory_mb, row.disk_gb


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


def _ports(tx: Tx, living: dict[str, InstanceRow]) -> list[Wrong]:
    """Every nic has its port, every port of a server its nic, and every address that is taken its port."""
    ports = {row.id: row for row in tx.rows(select(PortRow))}
    plugged = {(nic.id, uuid) for uuid, row in living.items() for nic in row.nics}
    bound = {(row.id, row.device_id) for row in ports.values() if row.device_owner == SERVER_OWNER}
    known = {(row.id, fixed.ip_address) for row in ports.values() for fixed in row.fixed_ips}
    taken = {(row.port_id, row.ip_address) for row in tx.rows(select(PortAddressRow))}
    return [
        *(Wrong("leaked", f"{uuid}: port {port}") for port, uuid in bound - plugged),
        *(Wrong("lost", f"{uuid}: port {port}") for port, uuid in plugged - bound),
        *(Wrong("leaked", f"address {address} of port {port}") for port, address in taken - known),
        *(Wrong("lost", f"address {address} of port {port}") for port, address in known - taken),
    ]


def _images(tx: Tx, living: dict[str, InstanceRow]) -> list[Wrong]:
    """No image waits for data that will not come, and no disk of a shelved server outlives that."""
    images = {row.id: row for row in tx.rows(select(ImageRow).where(ImageRow.deleted_at == 0))}
    waiting = [row for row in images.values() if row.status in (ImageStatus.QUEUED, ImageStatus.SAVING)]
    shelved = {row.kept.image_id: row.uuid for row in living.values() if row.kept is not None and row.kept.image_id}
    made_by_shelving = {
        row.image_id for row in tx.rows(select(ImagePropertyRow).where(ImagePropertyRow.name == "instance_uuid"))
        if row.image_id in images and (images[row.image_id].name or "").endswith("-shelved")
    }
    return [
        *(Wrong("leaked", f"image {row.id} ({row.name}) is {row.status} for ever") for row in waiting),
        *(Wrong("lost", f"{uuid}: its disk, image {id}") for id, uuid in shelved.items() if id not in images),
        *(Wrong("leaked", f"image {id} of a server that is shelved no more")
          for id in made_by_shelving - shelved.keys() - {row.id for row in waiting}),
    ]


def _guests(living: dict[str, InstanceRow], found: Domains) -> list[Wrong]:
    wrong = []
    for uuid, places in found.items():
        row = living.get(uuid)
        allowed = _places(row) if row is not None else []
        there = dict(places)
        kept = {host: there[host] for host in allowed[1:] if host in there}
        if len(there) > max(1, len(allowed)) or any(domain.power_state == RUNNING for domain in kept.values()):
            wrong.append(Wrong("doubled", f"{uuid}: guests on {', '.join(sorted(there))}"))
        elif there.keys() - set(allowed):
            wrong.append(Wrong("leaked", f"{uuid}: guest on {', '.join(there.keys() - set(allowed))}"))
        elif row is not None and row.vm_state in SETTLED and row.host in there:
            wrong += [Wrong("untrue", f"{uuid}: {text}") for text in _unlike(row, there[row.host])]
    for uuid, row in living.items():
        # One that is elsewhere has been told of above.
        missing = set(_places(row)) - {host for host, _ in found.get(uuid, ())} if row.vm_state in SETTLED else set()
        wrong += [
            Wrong("lost", f"{uuid}: guest on {host}") for host in missing if uuid not in found or host != row.host
        ]
    return wrong


def _parcels(tx: Tx, instances_paths: dict[str, Path]) -> list[Wrong]:
    """What carried disks from host to host, when nothing is under way."""
    images = tx.rows(select(ImageRow).where(ImageRow.deleted_at == 0, ImageRow.name.like("move-%")))
    files = [
        (host, path) for host, directory in instances_paths.items() for one in _there(directory, "*")
        for path in _there(one, "move-*")
    ]
    return [Wrong("leaked", f"image {image.name}") for image in images] + [
        Wrong("leaked", f"{path.name} on {host}") for host, path in files
    ]


def _unlike(row: InstanceRow, guest: FakeDomain) -> list[str]:
    """In what a guest is not as the record has it."""
    pairs = {
        "power state": (row.power_state, guest.power_state),
        "vcpus": (row.flavor.vcpus, guest.vcpus), "memory": (row.flavor.memory_mb, guest.memory_mb),
        "rescued": (row.vm_state == VmState.RESCUED, guest.rescued),
        "saved": (row.vm_state == VmState.SUSPENDED, guest.saved),
        "cards": (sorted(nic.mac_address for nic in row.nics), sorted(guest.cards)),
        "keeps its old disk": (row.vm_state == VmState.RESIZED and len(_places(row)) == 1, guest.kept_gb is not None),
    }
    return [f"{what}: {told}, is {true}" for what, (told, true) in pairs.items() if told != true]


def _files(living: dict[str, InstanceRow], instances_paths: dict[str, Path]) -> list[Wrong]:
    """No directory without its server on that host, and no snapshot that waits for its upload."""
    wrong = []
    for host, directory in instances_paths.items():
        for path in _there(directory, "*"):
            row = living.get(path.name)
            if path.is_dir() and (row is None or host not in _places(row)):
                wrong.append(Wrong("leaked", f"{path.name}: files on {host}"))
            elif path.is_dir():
                wrong += [Wrong("leaked", f"{path.name}: {left.name} on {host}") for left in _there(path, "snapshot-*")]
    return wrong
