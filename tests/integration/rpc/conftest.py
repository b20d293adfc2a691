"""The broker that tests share which leave it running: it takes longer to start than most of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.servers import RabbitMQ


@pytest.fixture(scope="package")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    with RabbitMQ(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server
