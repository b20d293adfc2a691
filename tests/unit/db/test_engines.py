"""What our engines add to a database."""

from __future__ import annotations

import itertools

import pytest

from nova_lite.core.clock import ManualClock
from nova_lite.db.engines import EXPRESSION_BUDGET, Expressions


class Hurrying(ManualClock):
    """A clock that goes on by so much with every look."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._looks = itertools.count()
        self._seconds = seconds

    def monotonic(self) -> float:
        return next(self._looks) * self._seconds


def test_expressions_of_a_statement_share_its_time() -> None:
    expressions = Expressions(Hurrying(EXPRESSION_BUDGET / 2))
    assert (expressions("^w", None), expressions("^w", "web"), expressions("^w", "db")) == (None, True, False)
    with pytest.raises(TimeoutError):
        expressions("^w", "web")
    expressions.begin()
    assert expressions("^w", "web")
