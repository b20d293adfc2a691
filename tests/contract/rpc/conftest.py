"""The suite's fixtures: every test runs over every transport."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext, system_context
from stack.servers import RabbitMQ
from tests.contract.rpc.fabric import TRANSPORTS, Fabric, settings_of

if concurrency.backend() == "eventlet":
    collect_ignore = ["test_green.py"]  # it starts the run that this is


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every transport, or those whose names begin as the test's mark ``transports`` says.

    A test may name them itself instead.
    """
    named = any("fabric" in marker.args[0] for marker in metafunc.definition.iter_markers("parametrize"))
    if "fabric" in metafunc.fixturenames and not named:
        marker = metafunc.definition.get_closest_marker("transports")
        begins = marker.args if marker else ("",)
        metafunc.parametrize("fabric", [name for name in TRANSPORTS if name.startswith(begins)], indirect=True)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    with RabbitMQ(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


@pytest.fixture
def fabric(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fabric]:
    url = request.getfixturevalue("broker").url if request.param.startswith("kombu") else ""
    made = Fabric(settings_of(request.param, tmp_path, url))
    yield made
    made.close()


@pytest.fixture
def context() -> RequestContext:
    return system_context()
