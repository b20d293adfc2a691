"""One network service per test, and people who talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_lite.objects.network import NetworkQuota
from tests.functional.network.cloud import NetworkCloud, Person


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[NetworkCloud]:
    with NetworkCloud(tmp_path, NetworkQuota(router=2)) as running:
        yield running


@pytest.fixture
def admin(cloud: NetworkCloud) -> Person:
    return cloud.person("admin@operators")


@pytest.fixture
def rose(cloud: NetworkCloud) -> Person:
    return cloud.person("member@roses")


@pytest.fixture
def tulip(cloud: NetworkCloud) -> Person:
    return cloud.person("member@tulips")


@pytest.fixture
def reader(cloud: NetworkCloud) -> Person:
    return cloud.person("reader@roses")
