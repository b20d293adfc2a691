"""The labs, one per implementation of the driver contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.virt.fake_lab import FakeLab
from tests.contract.virt.lab import Lab


@pytest.fixture(params=["fake"])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    fake = FakeLab(tmp_path)
    yield fake
    fake.close()
