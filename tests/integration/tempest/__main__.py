"""The command ``tests/integration/tempest/run``: wide runs, and the page that tells how they went."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from tests.clients.stack import Stack
from tests.integration.tempest import expectations, report, resources
from tests.integration.tempest.environment import PLACE
from tests.integration.tempest.runner import Outcome, Tempest


def main() -> int:
    """Run what was asked for, write down what was learnt; 1 when something that had passed does not."""
    arguments = _parse()
    signal.signal(signal.SIGTERM, _terminated)  # the cloud is taken down then too
    real = arguments.hypervisor == "qemu"
    file = expectations.REAL if real else expectations.PRETENDED
    known = expectations.load(file)
    wanted = [
        one.test_id for one in expectations.chosen(known, arguments.tier, arguments.service)
        if any(text in one.test_id for text in arguments.only or [""])
    ]
    began = time.monotonic()
    place = PLACE / f"last-{arguments.hypervisor}"
    shutil.rmtree(place, ignore_errors=True)
    with tempfile.TemporaryDirectory() as state:
        options = resources.options(real=real, hosts=arguments.hosts)
        with Stack(Path(state) / "state", *options) as stack:
            outcomes = Tempest(stack, place, real=real).run(wanted, arguments.workers)
    log = place / "failures.log"
    log.write_text(_told(outcomes))
    verdicts = {outcome.test_id: outcome.verdict for outcome in outcomes}
    if not arguments.dry_run:
        expectations.save(expectations.learn(known, verdicts), file)
        report.write()
    counts = Counter(outcome.status for outcome in outcomes)
    print(f"{dict(counts)} in {time.monotonic() - began:.0f} s; details in {log}")
    lost = [one.name for one in known if one.verdict == expectations.PASSED
            and verdicts.get(one.test_id, expectations.PASSED) != expectations.PASSED]
    print("".join(f"passed before and does not now: {name}\n" for name in lost), end="")
    return 1 if lost else 0


def _terminated(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _told(outcomes: list[Outcome]) -> str:
    return "".join(
        f"== {outcome.test_id}: {outcome.status} {outcome.reason}\n{outcome.log}\n"
        for outcome in outcomes if outcome.status != "success"
    )


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/integration/tempest/run",
        description="Run Tempest against a cloud of its own and write docs/compatibility.md.",
    )
    add = parser.add_argument
    add("--hypervisor", choices=("fake", "qemu"), default="fake",
        help="pretended guests (default), or real ones for the tests in guests.tsv")
    add("--tier", type=int, choices=(1, 2, 3), help="1: compute's core; 2: it and what one host can; 3: all (default)")
    add("--service", choices=("compute", "identity", "image", "network", "scenario"), help="default: all")
    add("--only", action="append", metavar="TEXT",
        help="only tests with this text, or another that is named, in their id")
    add("--hosts", type=int, default=2, help="pretended compute hosts (default: 2)")
    add("--workers", type=int, default=2, help="tests at a time (default: 2)")
    add("--dry-run", action="store_true", help="change neither the expectations nor the page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
