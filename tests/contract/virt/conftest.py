"""The labs, one per implementation of the driver contract.

Daemons run on the eventlet back end, this suite on the other one; ``test_green.py`` runs it once more, there: with the
fake all of it, with real guests what is marked ``both_backends``, and libvirt's test driver, which never blocks, not at
all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_lite.core import concurrency
from stack.servers import Libvirt
from tests.contract.virt.fake_lab import FakeLab
from tests.contract.virt.lab import Lab
from tests.contract.virt.libvirt_lab import LibvirtLab, QemuLab, TestDriverLab

LOG_SIZE = 65536  # bytes of a console's log until it is rolled over
GREEN = concurrency.backend() == "eventlet"
if GREEN:
    collect_ignore = ["test_green.py"]  # it starts the run that this is


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under green threads: what is run there."""
    left_out = [item for item in items if GREEN and not _on_both(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _on_both(item: pytest.Item) -> bool:
    if item.get_closest_marker("both_backends"):
        return "test_driver" not in item.name.partition("[")[2]
    return "fake" in item.name.partition("[")[2]


@pytest.fixture(scope="session")
def libvirt_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Libvirt]:
    """A private libvirtd; needs root. It rolls the logs of consoles over as soon as it can be."""
    directory = tmp_path_factory.mktemp("libvirt")
    (directory / "etc").mkdir()
    (directory / "etc/virtlogd.conf").write_text(f"max_size = {LOG_SIZE}\n")
    with Libvirt(directory) as server:
        yield server


@pytest.fixture(scope="session")
def qemu_uri(request: pytest.FixtureRequest) -> str:
    """Where QEMU guests can be run: a private libvirtd for root, the session's own for others."""
    if os.geteuid() != 0:
        return "qemu:///session"
    server: Libvirt = request.getfixturevalue("libvirt_server")
    return server.uri


@pytest.fixture
def qemu_lab(qemu_uri: str, tmp_path: Path) -> Iterator[QemuLab]:
    lab = QemuLab(qemu_uri, tmp_path)
    yield lab
    lab.close()


@pytest.fixture
def test_driver_lab(tmp_path: Path) -> Iterator[TestDriverLab]:
    lab = TestDriverLab("test:///default", tmp_path)
    yield lab
    lab.close()


@pytest.fixture
def fake_lab(tmp_path: Path) -> Iterator[FakeLab]:
    lab = FakeLab(tmp_path)
    yield lab
    lab.close()


@pytest.fixture(params=["fake", "test_driver", "qemu"])
def lab(request: pytest.FixtureRequest) -> Lab:
    made: Lab = request.getfixturevalue(f"{request.param}_lab")
    return made


@pytest.fixture(params=["test_driver", "qemu"])
def libvirt_lab(request: pytest.FixtureRequest) -> LibvirtLab:
    made: LibvirtLab = request.getfixturevalue(f"{request.param}_lab")
    return made
