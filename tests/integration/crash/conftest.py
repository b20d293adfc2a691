"""The clouds of real processes for the matrix."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from nova_lite.db.session import Database
from tests.integration.crash.crowd import Crowd
from tests.integration.crash.scene import Scene, Servers, scene
from tests.integration.crash.scene import servers as running_servers
from tests.integration.crash.steps import AWAY, BARRED, HOME
from tests.integration.processes import Processes


@dataclasses.dataclass(frozen=True)
class Bench:
    """A cloud with the hosts of the matrix, and its crowd."""

    scene: Scene
    crowd: Crowd
    database: Database

    @property
    def cloud(self) -> Processes:
        return self.scene.cloud

    def check(self) -> None:
        """Nothing is stuck, doubled, leaked or lost."""
        wrong = self.scene.findings()
        assert wrong == [], wrong


@pytest.fixture(scope="module")
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running_servers(request.param, tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture(scope="module")
def bench(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    hosts = {HOME: "", AWAY: "", BARRED: "failures = spawn:nothing starts here\n"}
    with scene(servers, tmp_path_factory.mktemp("crash"), hosts, linked=True) as made:
        gates = {host: made.cloud.directory / host / "gates" for host in made.cloud.hosts}
        crowd = Crowd(made.cloud.client, made.upload(), gates)
        database = Database(made.cloud.database_url)
        yield Bench(made, crowd, database)
        crowd.release()
        database.close()
