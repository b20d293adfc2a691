"""The labs, one per implementation of the driver contract."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.servers import Libvirt
from tests.contract.virt.fake_lab import FakeLab
from tests.contract.virt.lab import Lab
from tests.contract.virt.libvirt_lab import LibvirtLab, QemuLab, TestDriverLab


@pytest.fixture(scope="session")
def libvirt_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Libvirt]:
    """A private libvirtd; needs root."""
    with Libvirt(tmp_path_factory.mktemp("libvirt")) as server:
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
