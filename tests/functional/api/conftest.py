"""One compute API per test, with a flavor, an image and a host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.api.cloud import ComputeCloud


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[ComputeCloud]:
    made = ComputeCloud(tmp_path)
    made.populate()
    yield made
    made.close()
