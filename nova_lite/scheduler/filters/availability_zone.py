"""AvailabilityZoneFilter: the host is in the zone that was asked for."""

from __future__ import annotations

from nova_lite.objects.claim import Refusal, RequestSpec
from nova_lite.objects.host import HostState
from nova_lite.scheduler.filters.base import Moment, refusal


class AvailabilityZoneFilter:
    phrase = "are in another availability zone"

    def refuse(self, host: HostState, spec: RequestSpec, moment: Moment) -> Refusal | None:
        if spec.availability_zone in (None, host.availability_zone):
            return None
        return refusal(self, host, f"is in zone {host.availability_zone}, not in {spec.availability_zone}")
