"""A short chaos run, seeded; benchmarks/chaos runs it longer and on other stacks."""

from __future__ import annotations

from pathlib import Path

from nova_lite.db.session import Database
from tests.builders.guests import qcow2_header
from tests.integration.crash.chaos import Plan, run
from tests.integration.crash.checker import findings
from tests.integration.processes import Processes

HOSTS = ("a", "b")


def test_nothing_is_lost_doubled_stuck_or_leaked(tmp_path: Path) -> None:
    with Processes(tmp_path, hosts=HOSTS, down_after=30.0) as cloud:
        image = tmp_path / "image.qcow2"
        image.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
        tally = run(cloud, {}, cloud.client.upload(image), Plan(seed=1, seconds=15, customers=4))
        assert tally.complaints == []
        assert tally.operations > 0 and tally.faults
        database = Database(cloud.database_url)
        try:
            assert findings(database, {host: tmp_path / host / "instances" for host in HOSTS}) == []
        finally:
            database.close()
        print(f"{tally.operations} operations, {sum(tally.faults.values())} faults")
