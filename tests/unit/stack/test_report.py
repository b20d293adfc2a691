"""What the user sees of a step."""

import io
from collections.abc import Iterator

import pytest

from stack.report import Report


def ticks(*times: float) -> Iterator[float]:
    """A clock that shows these times, one after the other."""
    return iter(times)


def test_a_step_is_one_line_with_both_times() -> None:
    """Time since the start, and its own."""
    out, clock = io.StringIO(), ticks(100.0, 102.4, 103.2, 103.2)
    report = Report(out, lambda: next(clock))
    report.step("database", lambda: "migrated")
    assert out.getvalue() == "[  3.2s] database: migrated (0.8s)\n"


def test_a_failing_step_prints_nothing_of_its_own() -> None:
    """The error travels to whoever explains it."""
    out = io.StringIO()
    with pytest.raises(ValueError, match="no"):
        Report(out, lambda: 0.0).step("database", lambda: str(int("no")))
    assert out.getvalue() == ""
