"""A short chaos run, seeded; benchmarks/chaos runs it longer and on every stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.crash.chaos import Plan, run
from tests.integration.crash.scene import scene

pytestmark = pytest.mark.promise(1, 2, 4, 6)


def test_nothing_is_lost_doubled_stuck_or_leaked(tmp_path: Path) -> None:
    with scene({}, tmp_path, ("a", "b", "c"), down_after=30.0, copies=2, linked=True) as cloud:
        tally = run(cloud, Plan(seed=1, seconds=15, customers=4))
    # What failed with a reason was promised no more, and what took long ended before its deadline.
    assert [complaint for complaint in tally.complaints if complaint[0] not in ("failed", "slow")] == []
    assert tally.operations > 0 and tally.faults
