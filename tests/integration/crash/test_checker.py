"""The checker sees each violation that is planted, and nothing in health."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, select, update

from nova_lite.db import migration
from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.models.image import ImageRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.network import PortAddressRow, PortRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import claims, images, network
from nova_lite.objects.image import Image, ImageStatus, Visibility
from nova_lite.objects.instance import Instance, Kept
from nova_lite.objects.network import SERVER_OWNER, FixedIp, Port
from nova_lite.objects.operation import Pause
from nova_lite.objects.states import PowerState, TaskState, VmState
from nova_lite.virt.fake.hypervisor import FakeDomain
from tests.contract.db.cloud import Cloud
from tests.contract.db.transitions import PAUSE
from tests.integration.crash.checker import findings
from tests.integration.crash.notices import Told
from tests.integration.crash.wrong import Wrong

pytestmark = pytest.mark.promise(1, 2, 3, 4)

HOSTS = ("host1", "host2")
STRANGER = "8f6b0ae2-8e0c-4a3c-8d0f-0d3f6a3f6a11"
IMAGE = "2f0c1d5e-52a7-4a1b-9b35-94c1f0f6c0de"


class Scene:
    """A cloud with one running server, in a database and in files."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.cloud, self.directory = Cloud(database), directory
        for host in HOSTS:
            self.cloud.host(host)
            (directory / host).mkdir()
        self.server = self.cloud.active()
        self.port(self.server)
        self.domain(self.server, "host1")

    def port(self, server: Instance) -> None:
        """The port of the server's only nic."""
        (nic,) = server.nics
        port = Port(
            id=nic.id, project_id=server.project_id, network_id=STRANGER, mac_address=nic.mac_address,
            fixed_ips=(FixedIp(subnet_id=STRANGER, ip_address=nic.addresses[0]),), device_id=server.uuid,
            device_owner=SERVER_OWNER, made_for_device=True, created_at=0.0, updated_at=0.0,
        )
        self.write(lambda tx: network.add(tx, port))

    def image(self, name: str = "snap") -> None:
        """An image of the server that has no data yet."""
        image = Image(
            id=IMAGE, owner=self.server.project_id, name=name, visibility=Visibility.PRIVATE,
            properties={"instance_uuid": self.server.uuid}, created_at=0.0, updated_at=0.0,
        )
        self.write(lambda tx: images.add(tx, image))

    def domain(
        self, server: Instance, host: str, power_state: PowerState = PowerState.RUNNING, **changes: object
    ) -> None:
        domain = msgspec.structs.replace(FakeDomain(
            uuid=server.uuid, name="", hostname="", vcpus=server.flavor.vcpus, memory_mb=server.flavor.memory_mb,
            defined=True, power_state=power_state, cards=tuple(nic.mac_address for nic in server.nics),
        ), **changes)
        (self.directory / host / f"{server.uuid}.json").write_bytes(msgspec.json.encode(domain))

    def remove(self, host: str = "host1") -> None:
        (self.directory / host / f"{self.server.uuid}.json").unlink()

    def write(self, work: Callable[[Tx], object]) -> None:
        self.cloud.database.transact(work)

    def change(self, statement: object) -> None:
        self.write(lambda tx: tx.change(statement))  # type: ignore[arg-type]

    def instance(self, **values: object) -> None:
        self.change(update(InstanceRow).where(InstanceRow.uuid == self.server.uuid).values(**values))

    def found(self, wanted: set[str] | None = None) -> list[Wrong]:
        paths = {host: self.directory / host for host in HOSTS}
        return findings(self.cloud.database, paths, wanted, Told(self.spool) if self.spool.exists() else None)

    @property
    def spool(self) -> Path:
        return self.directory / "notifications"

    def tell(self, *phases: str) -> None:
        """The story of the boot of the only server."""
        with self.cloud.database.read() as tx:
            ((uuid,),) = tx.tuples(select(OperationRow.uuid))
        payload = {"schema": "instance_operation", "operation": {"id": uuid}}
        self.spool.mkdir()
        (self.spool / "notifications.jsonl").write_text("".join(
            json.dumps({"message_id": phase, "event_type": f"instance.create.{phase}", "payload": payload}) + "\n"
            for phase in phases
        ))

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
    grant = scene.cloud.booting(nics=())
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
    (scene.directory / "host1" / scene.server.uuid).mkdir()
    assert [wrong.text.partition(": ")[2] for wrong in scene.found()] == [
        "allocation on host1", f"port {scene.server.nics[0].id}", "guest on host1", "files on host1"
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


def test_a_move_that_is_undecided_has_two_guests_and_two_places(scene: Scene) -> None:
    scene.instance(vm_state=VmState.RESIZED, kept=Kept(flavor=scene.server.flavor, host="host2"))
    assert [wrong.kind for wrong in scene.found()] == ["lost", "lost"]
    scene.domain(scene.server, "host2", PowerState.SHUTDOWN)
    assert [wrong.text.partition(": ")[2] for wrong in scene.found()] == ["allocation on host2"]
    scene.domain(scene.server, "host2", PowerState.RUNNING)
    assert scene.kinds() == ["lost", "doubled"]


def test_a_disk_on_its_way_when_nothing_is_under_way_is_leaked(scene: Scene) -> None:
    left = scene.directory / "host1" / scene.server.uuid
    left.mkdir()
    (left / "move-1").touch()
    assert scene.kinds() == ["leaked"]


def test_a_power_state_that_is_not_the_guests_is_untrue(scene: Scene) -> None:
    scene.domain(scene.server, "host1", PowerState.SHUTDOWN)
    assert scene.kinds() == ["untrue"]


STATES: dict[VmState, dict[str, object]] = {
    VmState.SUSPENDED: {"power_state": PowerState.SHUTDOWN, "saved": True},
    VmState.RESCUED: {"rescued": True},
    VmState.RESIZED: {"kept_gb": 1},
    VmState.PAUSED: {"power_state": PowerState.PAUSED},
}


def test_health_in_every_state(scene: Scene) -> None:
    for state, guest in STATES.items():
        scene.instance(vm_state=state, power_state=guest.get("power_state", PowerState.RUNNING))
        scene.domain(scene.server, "host1", **guest)  # type: ignore[arg-type]
        assert scene.found() == []


@pytest.mark.parametrize("state", STATES)
def test_a_guest_that_is_not_in_its_state_is_untrue(scene: Scene, state: VmState) -> None:
    scene.instance(vm_state=state, power_state=STATES[state].get("power_state", PowerState.RUNNING))
    assert set(scene.kinds()) == {"untrue"}


@pytest.mark.parametrize("state", STATES)
def test_a_guest_that_is_gone_is_lost_in_every_state(scene: Scene, state: VmState) -> None:
    scene.instance(vm_state=state)
    scene.remove()
    assert scene.kinds() == ["lost"]


def test_a_guest_of_another_size_is_untrue(scene: Scene) -> None:
    scene.domain(scene.server, "host1", memory_mb=1)
    assert scene.kinds() == ["untrue"]


def test_a_guest_with_another_card_is_untrue(scene: Scene) -> None:
    scene.domain(scene.server, "host1", cards=("52:54:00:00:00:01",))
    assert scene.kinds() == ["untrue"]


def test_a_size_that_quota_does_not_count_is_untrue(scene: Scene) -> None:
    scene.instance(disk_gb=7)
    assert scene.kinds() == ["untrue"]


def test_an_allocation_of_another_size_is_untrue(scene: Scene) -> None:
    scene.change(update(AllocationRow).values(vcpus=2))
    scene.change(update(ComputeNodeRow).where(ComputeNodeRow.host == "host1").values(vcpus_used=2))
    assert scene.kinds() == ["untrue"]


def test_a_resized_server_takes_both_sizes(scene: Scene) -> None:
    scene.instance(vm_state=VmState.RESIZED, kept=Kept(flavor=scene.server.flavor))
    scene.domain(scene.server, "host1", kept_gb=1)
    assert scene.kinds() == ["untrue"]


def test_a_shelved_server_has_no_host(scene: Scene) -> None:
    scene.instance(vm_state=VmState.SHELVED_OFFLOADED)
    scene.remove()
    assert scene.kinds() == ["leaked"]


def test_a_port_of_no_server_is_leaked(scene: Scene) -> None:
    scene.change(update(PortRow).values(device_id=STRANGER))
    assert scene.kinds() == ["leaked", "lost"]


def test_a_port_that_is_gone_is_lost_and_its_address_leaked(scene: Scene) -> None:
    scene.change(delete(PortRow))
    assert sorted(scene.kinds()) == ["leaked", "lost"]


def test_an_address_that_nobody_holds_is_lost(scene: Scene) -> None:
    scene.change(delete(PortAddressRow))
    assert scene.kinds() == ["lost"]


def test_an_image_that_waits_for_ever_is_leaked(scene: Scene) -> None:
    scene.image()
    assert scene.kinds() == ["leaked"]


def test_the_disk_of_a_server_that_is_shelved_no_more_is_leaked(scene: Scene) -> None:
    scene.image("demo-shelved")
    scene.change(update(ImageRow).values(status=ImageStatus.ACTIVE))
    assert scene.kinds() == ["leaked"]


def test_the_disk_of_a_shelved_server_is_there_or_lost(scene: Scene) -> None:
    scene.remove()
    scene.write(lambda tx: claims.release(tx, scene.server.uuid))
    scene.instance(vm_state=VmState.SHELVED_OFFLOADED, host=None, kept=Kept(image_id=IMAGE))
    assert scene.kinds() == ["lost"]
    scene.image("demo-shelved")
    scene.change(update(ImageRow).values(status=ImageStatus.ACTIVE))
    assert scene.kinds() == []


def test_a_snapshot_that_waits_for_its_upload_for_ever_is_leaked(scene: Scene) -> None:
    directory = scene.directory / "host1" / scene.server.uuid
    directory.mkdir()
    (directory / f"snapshot-{IMAGE}").touch()
    assert scene.kinds() == ["leaked"]


def test_servers_are_those_that_clients_know_of(scene: Scene) -> None:
    assert [wrong.kind for wrong in scene.found({scene.server.uuid})] == []
    assert [wrong.kind for wrong in scene.found(set())] == ["doubled"]
    assert [wrong.kind for wrong in scene.found({scene.server.uuid, STRANGER})] == ["lost"]


@pytest.mark.parametrize(("phases", "kinds"), [
    (["start", "end"], []), (["start", "start", "end"], []), (["start"], ["lost"]), (["end"], ["lost"]), ([], ["lost"]),
    (["start", "error"], ["lost"]), (["start", "end", "error"], ["doubled"]), (["end", "start"], ["untrue"]),
])
def test_every_operation_has_one_start_and_one_end(scene: Scene, phases: list[str], kinds: list[str]) -> None:
    scene.tell(*phases)
    assert scene.kinds() == kinds
