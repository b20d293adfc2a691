"""What a filter owes."""

from __future__ import annotations

import dataclasses
from typing import Protocol

from nova_lite.objects.claim import Refusal, RequestSpec
from nova_lite.objects.host import HostState


@dataclasses.dataclass(frozen=True)
class Moment:
    """The circumstances of a decision: ``now`` in seconds since the epoch, ``down_after`` seconds without a report."""

    now: float
    down_after: float


class Filter(Protocol):
    """A pure check of one host. MUST NOT change anything and MUST give the same answer for the same values."""

    @property
    def phrase(self) -> str:
        """What is wrong with the hosts that it refuses, to follow their number: "9 lack memory"."""
        ...

    def refuse(self, host: HostState, spec: RequestSpec, moment: Moment) -> Refusal | None:
        """None when the host may take the instance; otherwise the reason, with numbers where there are any."""
        ...


def refusal(filter_: Filter, host: HostState, reason: str) -> Refusal:
    """A refusal for a reason that is not a number."""
    return Refusal(host=host.host, filter=type(filter_).__name__, reason=reason)


def shortage(filter_: Filter, host: HostState, need: float, have: float, unit: str) -> Refusal | None:
    """A refusal when less is free than is needed."""
    if need <= have:
        return None
    reason = f"needs {need:.0f} {unit}, has {have:.0f} free"
    return Refusal(host=host.host, filter=type(filter_).__name__, reason=reason, need=need, have=have, unit=unit)
