"""One container with a running cloud for all tests of the units; they run in the order in which they are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.systemd.cloud import INSTALL, Cloud
from tests.e2e.systemd.machine import Machine, installation

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="package")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A container in which nova-lite's program is, and nothing of it is installed."""
    directory = tmp_path_factory.mktemp("machine")
    machine = Machine(directory, installation(directory, ROOT))
    try:
        machine.start()
        yield machine
    finally:
        machine.end()


@pytest.fixture(scope="package")
def cloud(machine: Machine, guest_image: Path) -> Cloud:
    """The cloud, installed and started, with an image in it."""
    cloud = Cloud(machine)
    machine.run(INSTALL)
    machine.run("systemctl", "start", "nova-lite.target")
    cloud.wait_up()
    cloud.upload(guest_image)
    return cloud
