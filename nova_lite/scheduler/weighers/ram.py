"""RAMWeigher: prefers hosts with more free memory in MiB (a negative multiplier packs instead)."""

from __future__ import annotations

from nova_lite.objects.host import HostState


class RAMWeigher:
    def __init__(self, multiplier: float) -> None:
        self.multiplier = multiplier

    def weigh(self, host: HostState) -> float:
        return host.inventory.memory_mb_capacity - host.memory_mb_used
