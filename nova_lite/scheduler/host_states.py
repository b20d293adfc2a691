"""The scheduler's picture of the hosts: in memory, fed by the conductor, corrected by a full read when in doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from nova_lite.core import concurrency
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.host import HostState
from nova_lite.objects.operation import Resize, move_of


class HostStates:
    """May be stale at any time: the claim decides, this only chooses what to try first."""

    def __init__(self, read_all: Callable[[], Iterable[HostState]]) -> None:
        self._read_all = read_all
        self._states: dict[str, HostState] = {}
        self._refreshing = concurrency.lock()
        self._reads = 0

    def all(self) -> list[HostState]:
        return list(self._states.values())

    @property
    def reads(self) -> int:
        """How many full reads have been made; what :meth:`refresh` is told to improve on."""
        return self._reads

    def refresh(self, seen: int) -> None:
        """Replace the picture by a full read, unless somebody has done so since ``seen`` full reads."""
        with self._refreshing:
            if self._reads != seen:
                return
            self._states = {state.host: state for state in self._read_all()}
            self._reads += 1

    def update(self, state: HostState) -> None:
        """Take the word of a newer report. Older ones may arrive late, or twice, and are ignored: what was claimed
        since must go on being counted.
        """
        known = self._states.get(state.host)
        if known is None or (state.last_seen_at, state.generation) > (known.last_seen_at, known.generation):
            self._states[state.host] = state

    def consume(self, grant: ClaimGrant) -> None:
        """Count a granted claim at once: the next report may be seconds away."""
        arguments, move = grant.operation.arguments, move_of(grant.operation.arguments)
        state = self._states.get((grant.instance.host if move is None else move.destination) or "")
        if state is None:
            return
        flavor = arguments.flavor if isinstance(arguments, Resize) else grant.instance.flavor
        self._states[state.host] = msgspec.structs.replace(
            state,
            vcpus_used=state.vcpus_used + flavor.vcpus,
            memory_mb_used=state.memory_mb_used + flavor.memory_mb,
            disk_gb_used=state.disk_gb_used + flavor.disk_gb,
            instances=state.instances + 1,
        )
