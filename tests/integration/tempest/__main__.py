"""The command ``tests/integration/tempest/run``: wide runs, and the page that tells how they went."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.clients.stack import Stack
from tests.integration.tempest import expectations, report
from tests.integration.tempest.environment import PLACE
from tests.integration.tempest.runner import Outcome, Tempest


def main() -> int:
    """Run what was asked for, write down what was learnt; 1 when something that had passed does not."""
    arguments = _parse()
    known = expectations.load()
    wanted = [
        one.test_id for one in expectations.chosen(known, arguments.tier, arguments.service)
        if arguments.only in one.test_id
    ]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        options = ("--hypervisor", "fake", "--no-demo", "--hosts", str(arguments.hosts))
        with Stack(Path(place) / "state", *options) as stack:
            outcomes = Tempest(stack, PLACE / "last").run(wanted, arguments.workers)
    _log(outcomes)
    learnt = expectations.learn(known, {outcome.test_id: outcome.verdict for outcome in outcomes})
    if not arguments.dry_run:
        expectations.save(learnt)
        report.FILE.write_text(report.text(learnt), encoding="utf-8")
    counts = Counter(outcome.status for outcome in outcomes)
    print(f"{dict(counts)} in {time.monotonic() - began:.0f} s; details in {PLACE / 'failures.log'}")
    verdicts = {outcome.test_id: outcome.verdict for outcome in outcomes}
    lost = [one.name for one in known if one.verdict == expectations.PASSED
            and verdicts.get(one.test_id, expectations.PASSED) != expectations.PASSED]
    print("".join(f"passed before and does not now: {name}\n" for name in lost), end="")
    return 1 if lost else 0


def _log(outcomes: list[Outcome]) -> None:
    text = "".join(
        f"== {outcome.test_id}: {outcome.status} {outcome.reason}\n{outcome.log}\n"
        for outcome in outcomes if outcome.status != "success"
    )
    (PLACE / "failures.log").write_text(text)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/integration/tempest/run",
        description="Run Tempest against a cloud of pretended hosts and write docs/compatibility.md.",
    )
    parser.add_argument("--tier", type=int, choices=(1, 2), help="1: compute's core; 2: it and the rest (default)")
    parser.add_argument("--service", choices=("compute", "identity", "image", "network"), help="default: all")
    parser.add_argument("--only", default="", metavar="TEXT", help="only tests with this text in their id")
    parser.add_argument("--hosts", type=int, default=1, help="compute hosts (default: 1)")
    parser.add_argument("--workers", type=int, default=2, help="tests at a time (default: 2)")
    parser.add_argument("--dry-run", action="store_true", help="change neither the expectations nor the page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
