"""Who is chosen, and what is said when nobody is."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from nova_lite.objects.claim import RequestSpec
from nova_lite.objects.host import HostState
from nova_lite.scheduler.filters import BUILT_IN
from nova_lite.scheduler.filters.base import Moment
from nova_lite.scheduler.pipeline import Pipeline
from nova_lite.scheduler.weighers import CPUWeigher, RAMWeigher
from tests.builders.guests import NOW
from tests.builders.hosts import a_host, an_inventory

ORDER = ("RetryFilter", "ComputeFilter", "AvailabilityZoneFilter", "RamFilter", "CoreFilter", "DiskFilter")
MOMENT = Moment(now=NOW, down_after=30.0)


def a_pipeline(shuffle_best: int = 1, ram_weight: float = 1.0) -> Pipeline:
    return Pipeline(
        [BUILT_IN[name]() for name in ORDER], [RAMWeigher(ram_weight), CPUWeigher(1.0)],
        max_candidates=10, shuffle_best=shuffle_best, dice=random.Random(1),
    )


def a_spec(**changes: object) -> RequestSpec:
    values: dict[str, object] = {"instance_uuid": "u", "vcpus": 1, "memory_mb": 512, "disk_gb": 1, **changes}
    return RequestSpec(**values)  # type: ignore[arg-type]


def test_the_host_with_most_left_comes_first() -> None:
    hosts = [a_host("full", memory_mb_used=3000), a_host("empty"), a_host("half", memory_mb_used=2000)]
    assert a_pipeline().decide(hosts, a_spec(), MOMENT).candidates == ("empty", "half", "full")


def test_a_negative_weight_packs() -> None:
    hosts = [a_host("full", memory_mb_used=3000), a_host("empty")]
    assert a_pipeline(ram_weight=-2.0).decide(hosts, a_spec(), MOMENT).candidates == ("full", "empty")


def test_every_reason_is_counted_and_told_with_numbers() -> None:
    hosts = [
        a_host("small", inventory=an_inventory(memory_mb=256)),
        a_host("smaller", inventory=an_inventory(memory_mb=128)),
        a_host("off", enabled=False),
        a_host("silent", last_seen_at=NOW - 31),
        a_host("elsewhere", availability_zone="other"),
        a_host("tried"),
    ]
    decision = a_pipeline().decide(hosts, a_spec(availability_zone="nova", excluded_hosts=("tried",)), MOMENT)
    assert decision.candidates == ()
    assert decision.refused == {"RamFilter": 2, "ComputeFilter": 2, "AvailabilityZoneFilter": 1, "RetryFilter": 1}
    assert decision.summary == (
        "6 hosts: 1 have failed it already or are to be left, 2 are disabled or down, 1 are in another availability "
        "zone, 2 lack memory (need 512 MiB of memory, the best has 256)"
    )
    assert decision.refusals[0].host == "small", "the nearest miss comes first"


def test_a_requested_host_leaves_no_other_choice() -> None:
    decision = a_pipeline().decide([a_host("a"), a_host("b")], a_spec(requested_host="b"), MOMENT)
    assert (decision.hosts, decision.candidates) == (1, ("b",))


def test_an_unknown_requested_host_is_named() -> None:
    assert a_pipeline().decide([a_host("a")], a_spec(requested_host="b"), MOMENT).summary == "there is no host b"


def test_over_commit_counts() -> None:
    host = a_host(vcpus_used=4)
    assert not a_pipeline().decide([host], a_spec(), MOMENT).candidates
    roomy = a_host(vcpus_used=4, inventory=an_inventory().__class__(
        vcpus=4, memory_mb=4096, disk_gb=100, cpu_allocation_ratio=2.0))
    assert a_pipeline().decide([roomy], a_spec(), MOMENT).candidates


hosts_strategy = st.lists(
    st.builds(
        lambda number, used, cores, enabled: a_host(
            f"h{number}", memory_mb_used=used, vcpus_used=cores, enabled=enabled
        ),
        st.integers(0, 9), st.integers(0, 5000), st.integers(0, 5), st.booleans(),
    ),
    unique_by=lambda host: host.host,
)


@given(hosts_strategy, st.integers(1, 4096))
def test_candidates_and_refusals_add_up(hosts: list[HostState], memory_mb: int) -> None:
    decision = a_pipeline(shuffle_best=3).decide(hosts, a_spec(memory_mb=memory_mb), MOMENT)
    by_name = {host.host: host for host in hosts}
    assert len(decision.candidates) + sum(decision.refused.values()) == decision.hosts == len(hosts)
    for name in decision.candidates:
        host = by_name[name]
        assert host.enabled and host.memory_mb_used + memory_mb <= 4096 and host.vcpus_used < 4
