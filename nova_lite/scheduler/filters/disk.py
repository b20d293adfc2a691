"""DiskFilter: the host has enough disk left, over-commit counted."""

from __future__ import annotations

from nova_lite.objects.claim import Refusal, RequestSpec
from nova_lite.objects.host import HostState
from nova_lite.scheduler.filters.base import Moment, shortage


class DiskFilter:
    phrase = "lack disk"

    def refuse(self, host: HostState, spec: RequestSpec, moment: Moment) -> Refusal | None:
        free = host.inventory.disk_gb_capacity - host.disk_gb_used
        return shortage(self, host, spec.disk_gb, free, "GiB of disk")
