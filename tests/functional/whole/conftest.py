"""One cloud for the tests that leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.guests import qcow2_header
from tests.functional.whole.cloud import Cloud


@pytest.fixture(scope="session")
def image_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that passes for a qcow2 image."""
    path = tmp_path_factory.mktemp("image") / "image.qcow2"
    path.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
    return path


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="module")
def image(cloud: Cloud, image_file: Path) -> str:
    return cloud.client.upload(image_file)
