"""What fails on the way, or is an attack, is survived on the other concurrency back end, too."""

from __future__ import annotations

import pytest

from tests.contract import green


@pytest.mark.timeout(1800)  # of many tests, each with a bound of its own
@pytest.mark.parametrize(("file", "which"), [
    ("test_tcp_faults.py", "not lost_packets"),  # those are for the kernel to notice, whoever waits for its word
    ("test_attacks.py", "test"),
    ("test_broker_restart.py", "classic-stopped or quorum-killed or middle"),
], ids=["tcp faults", "attacks", "restarts of the broker"])
def test_it_is_survived_under_green_threads(file: str, which: str) -> None:
    assert green.run(f"tests/integration/rpc/{file}", "-k", which) == ""
