"""A part of Tempest that fits into CI: what passed in the last wide run passes."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from tests.clients.stack import Stack
from tests.integration.tempest import expectations, report
from tests.integration.tempest.runner import Tempest

PER_SERVICE = 12  # tests of each other service


def _lean() -> list[str]:
    """Tier 1 of compute, and some of the others: the first that pass, a class each."""
    chosen = [one for one in expectations.load() if one.verdict == expectations.PASSED]
    lean = [one.test_id for one in chosen if one.tier == 1]
    seen: dict[str, set[str]] = defaultdict(set)
    for one in chosen:
        of_class = one.name.rpartition(".")[0]
        if one.service != "compute" and of_class not in seen[one.service] and len(seen[one.service]) < PER_SERVICE:
            seen[one.service].add(of_class)
            lean.append(one.test_id)
    return lean


@pytest.mark.timeout(600)
def test_what_passed_passes(tmp_path: Path) -> None:
    with Stack(tmp_path / "state", "--hypervisor", "fake", "--no-demo") as stack:
        outcomes = Tempest(stack, tmp_path / "tempest").run(_lean(), patience=540.0)
    failed = [outcome for outcome in outcomes if outcome.verdict != expectations.PASSED]
    assert not failed, "\n".join(f"{one.test_id}: {one.status} {one.reason}\n{one.log[-2000:]}" for one in failed)


def test_the_page_is_that_of_the_last_run() -> None:
    command = "tests/integration/tempest/run"
    assert report.FILE.read_text(encoding="utf-8") == report.text(expectations.load()), f"run {command}"


def test_what_does_not_pass_has_a_reason() -> None:
    unexplained = [one.name for one in expectations.load() if one.verdict == expectations.UNEXPLAINED]
    assert unexplained == []
