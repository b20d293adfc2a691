"""While an image is made of a server it says so, step by step, and nothing else is begun on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.whole.cloud import Cloud


@pytest.fixture(scope="module")
def gates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gates")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, gates: Path) -> Iterator[Cloud]:
    """A cloud that tells its steps quickly, and whose hosts wait where they are told to."""
    more = f"lease_interval = 0.5\n[fake]\ngates = {gates}\n"
    with Cloud(tmp_path_factory.mktemp("cloud"), more=more) as running:
        yield running


def test_an_image_is_being_saved(cloud: Cloud, image: str, gates: Path) -> None:
    client = cloud.client
    server = client.boot_up(image)
    gate = gates / "snapshot.before"
    gate.touch()
    assert client.act(server, "createImage", {"name": "first"}).status_code == 202
    client.wait(lambda: client.show(server)["OS-EXT-STS:task_state"] == "image_pending_upload", "the step is shown")
    refused = client.act(server, "createImage", {"name": "second"})
    assert (refused.status_code, "task_state image_pending_upload" in refused.text) == (409, True)
    gate.unlink()
    assert client.wait_status(server, "ACTIVE")["OS-EXT-STS:task_state"] is None
