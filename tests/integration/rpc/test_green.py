"""What fails on the way is survived on the other concurrency back end, too."""

from __future__ import annotations

import pytest

from tests.contract import green


@pytest.mark.timeout(1800)  # of many tests, each with a bound of its own
def test_tcp_faults_are_survived_under_green_threads() -> None:
    # Lost packets are for the kernel to notice, whoever waits for its word.
    assert green.run("tests/integration/rpc/test_tcp_faults.py", "-k", "not lost_packets") == ""
