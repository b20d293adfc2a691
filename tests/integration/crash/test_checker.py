"""The checker sees each violation that is planted, and nothing in health."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, update

from nova_lite.db import migration
from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.session import Database
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Pause
from nova_lite.objects.states import PowerState, TaskState, VmState
from nova_lite.virt.fake.hypervisor import FakeDomain
from tests.contract.db.cloud import Cloud
from tests.contract.db.transitions import PAUSE
from tests.integration.crash.checker import Wrong, findings

HOSTS = ("host1", "host2")


class Scene:
    """A cloud with one running server, in a database and in files."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.cloud, self._directory = Cloud(database), directory
        for host in HOSTS:
            self.cloud.host(host)
            (directory / host).mkdir()
        self.server = self.cloud.active()
        self.domain(self.server, "host1")

    def domain(self, server: Instance, host: str, power_state: PowerState = PowerState.RUNNING) -> None:
        domain = FakeDomain(uuid=server.uuid, name="", hostname="", vcpus=1, memory_mb=1, defined=True,
                            power_state=power_state)
        (self._directory / host / f"{server.uuid}.json").write_bytes(msgspec.json.encode(domain))

    def remove(self, host: str = "host1") -> None:
        (self._directory / host / f"{self.server.uuid}.json").unlink()

    def change(self, statement: object) -> None:
        self.cloud.database.transact(lambda tx: tx.change(statement))  # type: ignore[arg-type]

    def instance(self, **values: object) -> None:
        self.change(update(InstanceRow).where(InstanceRow.uuid == self.server.uuid).values(**values))

    def found(self) -> list[Wrong]:
        return findings(self.cloud.database, {host: self._directory / host for host in HOSTS})

    def kinds(self) -> list[str]:
        return [wrong.kind for wrong in self.found()]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    url = f"sqlite:///{tmp_path}/db.sqlite"
    migration.upgrade(url)
    database = Database(url)
    yield Scene(database, tmp_path)
    database.close()


def test_health(scene: Scene) -> None:
    assert scene.found() == []


def test_a_task_state_that_is_left_is_stuck(scene: Scene) -> None:
    scene.instance(task_state=TaskState.PAUSING)
    assert scene.kinds() == ["stuck"]


def test_an_operation_that_has_not_ended_is_stuck(scene: Scene) -> None:
    scene.cloud.act(scene.server, Pause(), PAUSE)
    assert scene.kinds() == ["stuck", "stuck"]


def test_a_boot_that_has_not_ended_is_stuck(scene: Scene) -> None:
    grant = scene.cloud.booting()
    scene.domain(grant.instance, "host1")
    scene.change(delete(OperationRow).where(OperationRow.uuid == grant.operation.id))
    assert scene.kinds() == ["stuck"]


def test_a_second_guest_is_doubled(scene: Scene) -> None:
    scene.domain(scene.server, "host2")
    assert scene.kinds() == ["doubled"]


def test_a_guest_elsewhere_is_leaked(scene: Scene) -> None:
    scene.remove()
    scene.domain(scene.server, "host2")
    assert scene.kinds() == ["leaked"]


def test_what_is_left_of_a_deleted_server_is_leaked(scene: Scene) -> None:
    scene.instance(deleted=scene.server.uuid, deleted_at=1.0, vm_state=VmState.DELETED)
    (scene._directory / "host1" / scene.server.uuid).mkdir()
    assert [wrong.text.partition(": ")[2] for wrong in scene.found()] == [
        "allocation on host1", "guest on host1", "files on host1"
    ]
    assert set(scene.kinds()) == {"leaked"}


def test_a_guest_that_is_gone_is_lost(scene: Scene) -> None:
    scene.remove()
    assert scene.kinds() == ["lost"]


def test_an_allocation_that_is_gone_is_lost(scene: Scene) -> None:
    scene.change(delete(AllocationRow))
    scene.change(update(ComputeNodeRow).values(instances=0, vcpus_used=0, memory_mb_used=0, disk_gb_used=0))
    assert scene.kinds() == ["lost"]


def test_counters_that_are_not_the_sums_are_untrue(scene: Scene) -> None:
    scene.change(update(ComputeNodeRow).where(ComputeNodeRow.host == "host2").values(memory_mb_used=1))
    assert scene.kinds() == ["untrue"]


def test_a_power_state_that_is_not_the_guests_is_untrue(scene: Scene) -> None:
    scene.domain(scene.server, "host1", PowerState.SHUTDOWN)
    assert scene.kinds() == ["untrue"]
