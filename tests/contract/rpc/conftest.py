"""The suite's fixtures: every test runs over every transport."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_lite.core.context import RequestContext, system_context
from stack.servers import RabbitMQ
from tests.contract.rpc.fabric import Fabric, settings_of

TRANSPORTS = ("local", "zmq-ipc", "zmq-tcp", "kombu-classic", "kombu-quorum")


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    with RabbitMQ(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


@pytest.fixture(params=TRANSPORTS)
def fabric(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fabric]:
    url = request.getfixturevalue("broker").url if request.param.startswith("kombu") else ""
    made = Fabric(settings_of(request.param, tmp_path, url))
    yield made
    made.close()


@pytest.fixture
def context() -> RequestContext:
    return system_context()
