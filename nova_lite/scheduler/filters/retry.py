"""RetryFilter: the host is not one where this very operation has failed already, or that it is to leave."""

from __future__ import annotations

from nova_lite.objects.claim import Refusal, RequestSpec
from nova_lite.objects.host import HostState
from nova_lite.scheduler.filters.base import Moment, refusal


class RetryFilter:
    phrase = "have failed it already or are to be left"

    def refuse(self, host: HostState, spec: RequestSpec, moment: Moment) -> Refusal | None:
        if host.host not in spec.excluded_hosts:
            return None
        return refusal(self, host, "it has failed here already, or is to go away from here")
