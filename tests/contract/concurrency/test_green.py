"""The same suite on the other concurrency back end."""

from __future__ import annotations

import pytest

from tests.contract import green


@pytest.mark.timeout(1800)  # of many tests, each with a bound of its own
def test_the_suite_holds_under_green_threads() -> None:
    assert green.run("tests/contract/concurrency") == ""
