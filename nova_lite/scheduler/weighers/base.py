"""What a weigher owes."""

from __future__ import annotations

from typing import Protocol

from nova_lite.objects.host import HostState


class Weigher(Protocol):
    """Gives raw numbers; the pipeline scales them to 0..1 over all candidates and multiplies by ``multiplier``."""

    multiplier: float

    def weigh(self, host: HostState) -> float:
        """More is better, in any unit. Pure."""
        ...
