"""ComputeFilter: the host's compute service is enabled and alive."""

from __future__ import annotations

from nova_lite.objects.claim import Refusal, RequestSpec
from nova_lite.objects.host import HostState
from nova_lite.scheduler.filters.base import Moment, refusal


class ComputeFilter:
    phrase = "are disabled or down"

    def refuse(self, host: HostState, spec: RequestSpec, moment: Moment) -> Refusal | None:
        if not host.enabled:
            return refusal(self, host, f"disabled: {host.disabled_reason or 'no reason given'}")
        if host.forced_down:
            return refusal(self, host, "forced down")
        silence = moment.now - host.last_seen_at
        if silence > moment.down_after:
            return refusal(self, host, f"silent for {silence:.0f} s, down after {moment.down_after:.0f} s")
        return None
