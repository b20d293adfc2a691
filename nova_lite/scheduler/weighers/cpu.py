"""CPUWeigher: prefers hosts with more free virtual CPUs (a negative multiplier packs instead)."""

from __future__ import annotations

from nova_lite.objects.host import HostState


class CPUWeigher:
    def __init__(self, multiplier: float) -> None:
        self.multiplier = multiplier

    def weigh(self, host: HostState) -> float:
        return host.inventory.vcpu_capacity - host.vcpus_used
