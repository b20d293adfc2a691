"""Hosts as the scheduler knows them."""

from __future__ import annotations

import msgspec

from nova_lite.objects.host import HostState, Inventory
from tests.builders.guests import NOW


def an_inventory(vcpus: int = 4, memory_mb: int = 4096, disk_gb: int = 100) -> Inventory:
    return Inventory(vcpus=vcpus, memory_mb=memory_mb, disk_gb=disk_gb, cpu_allocation_ratio=1.0)


def a_host(host: str = "host1", **changes: object) -> HostState:
    state = HostState(host=host, uuid=f"uuid-of-{host}", inventory=an_inventory(), last_seen_at=NOW)
    return msgspec.structs.replace(state, **changes)
