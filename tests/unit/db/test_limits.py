"""Limits, in Nova's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_lite.core.errors import QuotaExceeded
from nova_lite.db.writes.limits import check


def test_the_error_names_what_is_over_with_the_numbers_of_each() -> None:
    with pytest.raises(QuotaExceeded) as caught:
        check({"instances": 10, "cores": 20, "ram": 100}, {"instances": 10, "cores": 19, "ram": 0},
              {"instances": 1, "cores": 2, "ram": 100})
    assert caught.value.message == (
        "Quota exceeded for cores, instances: Requested 2, 1, but already used 19, 10 of 20, 10 cores, instances"
    )
    assert caught.value.details == {
        "resources": "cores, instances", "cores_requested": 2, "cores_used": 19, "cores_limit": 20,
        "instances_requested": 1, "instances_used": 10, "instances_limit": 10,
    }


@given(limit=st.integers(-1, 5), used=st.integers(0, 10), requested=st.integers(0, 5))
def test_it_refuses_exactly_what_goes_over(limit: int, used: int, requested: int) -> None:
    over = limit != -1 and requested > 0 and used + requested > limit
    try:
        check({"x": limit}, {"x": used}, {"x": requested})
    except QuotaExceeded:
        assert over
    else:
        assert not over
