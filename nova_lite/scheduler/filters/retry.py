"""RetryFilter: the host is not one where this very boot has failed already."""

from __future__ import annotations

from nova_lite.objects.claim import Refusal, RequestSpec
from nova_lite.objects.host import HostState
from nova_lite.scheduler.filters.base import Moment, refusal


class RetryFilter:
    phrase = "have failed this boot already"

    def refuse(self, host: HostState, spec: RequestSpec, moment: Moment) -> Refusal | None:
        if host.host not in spec.excluded_hosts:
            return None
        return refusal(self, host, "this boot has failed here already")
