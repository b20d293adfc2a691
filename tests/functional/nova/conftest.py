"""A file that passes for an image."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.guests import qcow2_header


@pytest.fixture(scope="session")
def image_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("image") / "image.qcow2"
    path.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
    return path
