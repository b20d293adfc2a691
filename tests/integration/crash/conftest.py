"""Two clouds of real processes for the matrix: on zmq and SQLite, and on RabbitMQ and PostgreSQL."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_lite.db.session import Database
from stack.servers import PostgreSQL, RabbitMQ
from tests.builders.guests import qcow2_header
from tests.integration.crash.checker import findings
from tests.integration.crash.crowd import Crowd
from tests.integration.processes import Processes


@dataclasses.dataclass(frozen=True)
class Bench:
    """A cloud, its crowd, its database and its servers (by the name of the victim that they are)."""

    cloud: Processes
    crowd: Crowd
    database: Database
    servers: dict[str, RabbitMQ | PostgreSQL]

    def check(self) -> None:
        """Nothing is stuck, doubled, leaked or lost."""
        paths = {host: self.cloud.directory / host / "instances" for host in self.cloud.hosts}
        wrong = findings(self.database, paths)
        assert wrong == [], wrong


@pytest.fixture(scope="module")
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    if request.param == "zmq-sqlite":
        yield {}
        return
    directory = tmp_path_factory.mktemp("servers")
    with RabbitMQ(directory / "rabbit") as broker, PostgreSQL(directory / "postgresql") as database:
        yield {"broker": broker, "database": database}


@pytest.fixture(scope="module")
def bench(
    servers: dict[str, RabbitMQ | PostgreSQL], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    directory: Path = tmp_path_factory.mktemp("crash")
    broker, base = (servers[name].url if servers else "" for name in ("broker", "database"))
    with Processes(directory, broker_url=broker, database_url=base) as cloud:
        image = directory / "image.qcow2"
        image.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
        crowd = Crowd(cloud.client, cloud.client.upload(image), directory / "h1/gates")
        database = Database(cloud.database_url)
        yield Bench(cloud, crowd, database, servers)
        crowd.release()
        database.close()
