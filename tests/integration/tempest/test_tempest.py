"""A part of Tempest that fits into CI: what passed in the last wide run passes."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from tests.clients.stack import Stack
from tests.integration.tempest import expectations, report, resources
from tests.integration.tempest.runner import Tempest, complaints

PER_SERVICE = 12  # tests of each other service
PATIENCE = 1500.0  # seconds: a machine may be busy with other things too


def _lean() -> list[str]:
    """Tier 1 of compute, moves between hosts, and some of the others: the first that pass, a class each."""
    chosen = [one for one in expectations.load(expectations.PRETENDED) if one.verdict == expectations.PASSED]
    lean = [one.test_id for one in chosen if one.tier == 1 or "test_cold_migration" in one.name]
    seen: dict[str, set[str]] = defaultdict(set)
    for one in chosen:
        of_class = one.name.rpartition(".")[0]
        others = one.tier == 2 and one.service != "compute"
        if others and of_class not in seen[one.service] and len(seen[one.service]) < PER_SERVICE:
            seen[one.service].add(of_class)
            lean.append(one.test_id)
    return lean


@pytest.mark.timeout(PATIENCE + 300)
def test_what_passed_passes(tmp_path: Path) -> None:
    with Stack(tmp_path / "state", *resources.options(real=False, hosts=2)) as stack:
        outcomes = Tempest(stack, tmp_path / "tempest").run(_lean(), patience=PATIENCE)
    assert complaints(outcomes) == ""


def test_the_page_is_that_of_the_last_run() -> None:
    known = expectations.load(expectations.PRETENDED), expectations.load(expectations.REAL)
    assert report.FILE.read_text(encoding="utf-8") == report.text(*known), "run tests/integration/tempest/run"


@pytest.mark.parametrize("file", [expectations.PRETENDED, expectations.REAL], ids=lambda file: str(file.name))
def test_what_does_not_pass_has_a_reason(file: Path) -> None:
    unexplained = [one.name for one in expectations.load(file) if one.verdict == expectations.UNEXPLAINED]
    assert unexplained == []
