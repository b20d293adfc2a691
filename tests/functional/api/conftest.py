"""Compute APIs with a flavor, an image and a host. The database is made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_lite.objects.network import NetworkQuota
from tests.functional.api.cloud import DATABASE, ComputeCloud, create_schema


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables and its first inhabitants."""
    path = tmp_path_factory.mktemp("template")
    create_schema(path)
    cloud = ComputeCloud(path)
    cloud.populate()
    cloud.close()
    return path / DATABASE


@pytest.fixture
def cloud(template: Path, tmp_path: Path) -> Iterator[ComputeCloud]:
    """A cloud of the test's own."""
    shutil.copy(template, tmp_path / DATABASE)
    made = ComputeCloud(tmp_path)
    yield made
    made.close()


@pytest.fixture
def networked(template: Path, tmp_path: Path) -> Iterator[ComputeCloud]:
    """A cloud of the test's own, with a network service."""
    shutil.copy(template, tmp_path / DATABASE)
    made = ComputeCloud(tmp_path, NetworkQuota())
    yield made
    made.close()


@pytest.fixture(scope="module")
def refuser(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComputeCloud]:
    """A cloud that many tests share: they ask only for what is refused, and change nothing."""
    path = tmp_path_factory.mktemp("refuser")
    shutil.copy(template, path / DATABASE)
    made = ComputeCloud(path)
    yield made
    made.close()
