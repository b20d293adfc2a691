"""RamFilter: the host has enough memory left, over-commit counted."""

from __future__ import annotations

from nova_lite.objects.claim import Refusal, RequestSpec
from nova_lite.objects.host import HostState
from nova_lite.scheduler.filters.base import Moment, shortage


class RamFilter:
    phrase = "lack memory"

    def refuse(self, host: HostState, spec: RequestSpec, moment: Moment) -> Refusal | None:
        free = host.inventory.memory_mb_capacity - host.memory_mb_used
        return shortage(self, host, spec.memory_mb, free, "MiB of memory")
