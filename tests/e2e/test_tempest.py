"""Tempest with real guests: it logs in to them, and what it does to them is seen there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.stack import Stack
from tests.integration.tempest import expectations, resources
from tests.integration.tempest.runner import Tempest, complaints

PATIENCE = 1500.0  # seconds: a machine may be busy with other things too


@pytest.mark.timeout(PATIENCE + 900)  # it is put up, and images are made, before
def test_what_passed_passes(tmp_path: Path) -> None:
    wanted = [one.test_id for one in expectations.load(expectations.REAL) if one.verdict == expectations.PASSED]
    with Stack(tmp_path / "state", *resources.options(real=True)) as stack:
        outcomes = Tempest(stack, tmp_path / "tempest", real=True).run(wanted, patience=PATIENCE)
    assert complaints(outcomes) == ""
