"""CoreFilter: the host has enough virtual CPUs left, over-commit counted."""

from __future__ import annotations

from nova_lite.objects.claim import Refusal, RequestSpec
from nova_lite.objects.host import HostState
from nova_lite.scheduler.filters.base import Moment, shortage


class CoreFilter:
    phrase = "lack virtual CPUs"

    def refuse(self, host: HostState, spec: RequestSpec, moment: Moment) -> Refusal | None:
        free = host.inventory.vcpu_capacity - host.vcpus_used
        return shortage(self, host, spec.vcpus, free, "virtual CPUs")
