"""The decision: filter, weigh, rank. Pure: the same hosts, request, moment and dice give the same answer."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from nova_lite.objects.claim import Decision, Refusal, RequestSpec
from nova_lite.objects.host import HostState
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation, Placed, Resize
from nova_lite.scheduler.filters.base import Filter, Moment
from nova_lite.scheduler.weighers.base import Weigher

NEAREST_MISSES = 10  # refusals that a decision keeps


def request_spec(instance: Instance, operation: Operation) -> RequestSpec:
    """What an instance asks of the host that it is to live on."""
    arguments = operation.arguments
    assert isinstance(arguments, Placed)
    flavor = arguments.flavor if isinstance(arguments, Resize) else instance.flavor
    return RequestSpec(
        instance_uuid=instance.uuid,
        vcpus=flavor.vcpus,
        memory_mb=flavor.memory_mb,
        disk_gb=flavor.disk_gb,
        availability_zone=arguments.availability_zone,
        requested_host=arguments.requested_host,
        excluded_hosts=arguments.excluded_hosts,
    )


class Pipeline:
    """Filters in their order (the first refusal counts), then weighers over what is left."""

    def __init__(
        self, filters: Sequence[Filter], weighers: Sequence[Weigher], *,
        max_candidates: int, shuffle_best: int, dice: random.Random,
    ) -> None:
        self._filters, self._weighers = filters, weighers
        self._max_candidates, self._shuffle_best, self._dice = max_candidates, shuffle_best, dice

    def decide(self, hosts: Iterable[HostState], spec: RequestSpec, moment: Moment) -> Decision:
        """Rank the hosts that may take the instance, or say why none may."""
        considered, passed, refusals = 0, [], []
        for host in hosts:
            if spec.requested_host not in (None, host.host):
                continue
            considered += 1
            refusal = self._refusal(host, spec, moment)
            if refusal is None:
                passed.append(host)
            else:
                refusals.append(refusal)
        refused: dict[str, int] = {}
        for refusal in refusals:
            refused[refusal.filter] = refused.get(refusal.filter, 0) + 1
        return Decision(
            hosts=considered,
            candidates=tuple(host.host for host in self._ranked(passed)[: self._max_candidates]),
            refused=refused,
            refusals=tuple(sorted(refusals, key=_distance)[:NEAREST_MISSES]),
            summary=self._summary(considered, refusals, spec),
        )

    def _refusal(self, host: HostState, spec: RequestSpec, moment: Moment) -> Refusal | None:
        for filter_ in self._filters:
            refusal = filter_.refuse(host, spec, moment)
            if refusal is not None:
                return refusal
        return None

    def _ranked(self, hosts: list[HostState]) -> list[HostState]:
        scores = [0.0] * len(hosts)
        for weigher in self._weighers:
            for index, weight in enumerate(_normalised([weigher.weigh(host) for host in hosts])):
                scores[index] += weigher.multiplier * weight
        order = sorted(range(len(hosts)), key=lambda index: (-scores[index], hosts[index].host))
        best = order[: self._shuffle_best]
        self._dice.shuffle(best)
        return [hosts[index] for index in best + order[self._shuffle_best :]]

    def _summary(self, considered: int, refusals: list[Refusal], spec: RequestSpec) -> str:
        if not considered:
            return f"there is no host {spec.requested_host}" if spec.requested_host else "there are no hosts"
        parts = []
        for filter_ in self._filters:
            mine = [refusal for refusal in refusals if refusal.filter == type(filter_).__name__]
            if mine:
                parts.append(f"{len(mine)} {filter_.phrase}{_numbers(mine)}")
        return f"{considered} host{'s' * (considered != 1)}: {', '.join(parts) or 'all fit'}"


def _normalised(weights: list[float]) -> list[float]:
    if not weights:
        return []
    low, high = min(weights), max(weights)
    if low == high:
        return [0.0] * len(weights)
    return [(weight - low) / (high - low) for weight in weights]


def _numbers(refusals: list[Refusal]) -> str:
    needs = [refusal.need for refusal in refusals if refusal.need is not None]
    haves = [refusal.have for refusal in refusals if refusal.have is not None]
    if not needs or not haves:
        return ""
    return f" (need {needs[0]:.0f} {refusals[0].unit}, the best has {max(haves):.0f})"


def _distance(refusal: Refusal) -> float:
    if refusal.need is None or refusal.have is None:
        return float("inf")
    return refusal.need - refusal.have
