"""What fails or lies on the way is survived on the other concurrency back end, too."""

from __future__ import annotations

import pytest

from tests.contract import green


@pytest.mark.timeout(1800)  # of many tests, each with a bound of its own
@pytest.mark.parametrize("file", ["test_tcp_faults.py", "test_attacks.py"])
def test_it_holds_under_green_threads(file: str) -> None:
    # Lost packets are for the kernel to notice, whoever waits for its word.
    assert green.run(f"tests/integration/rpc/{file}", "-k", "not lost_packets") == ""
