"""Which images that were made for operations on servers are nobody's any more."""

from __future__ import annotations

import dataclasses

import pytest

from nova_lite.core.ids import new_uuid
from nova_lite.db.reads.unwanted_images import unwanted_images
from nova_lite.db.session import Database
from nova_lite.db.writes import images, instances
from nova_lite.db.writes.instances import Transition
from nova_lite.objects.image import Image, ImageMeta, ImageStatus, Visibility
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Arguments, CreateImage, Migrate, Operation, Shelve, Unshelve
from nova_lite.objects.states import TaskState, VmState
from tests.builders.guests import NOW
from tests.builders.operations import an_operation
from tests.contract.db.cloud import Cloud, failed, succeeded

BUSY = Transition(task_state=TaskState.IMAGE_SNAPSHOT, from_vm_states=frozenset({VmState.ACTIVE}))
AWAY = Transition(
    task_state=TaskState.UNSHELVING, from_vm_states=frozenset({VmState.SHELVED_OFFLOADED}), unplaced=True
)


@dataclasses.dataclass
class Scene:
    """A server, and an image of it."""

    cloud: Cloud
    server: Instance
    image: str

    def make(self, status: ImageStatus, name: str = "demo-shelved") -> None:
        image = Image(
            id=self.image, owner=self.server.project_id, name=name, visibility=Visibility.PRIVATE, status=status,
            properties={"instance_uuid": self.server.uuid}, created_at=NOW, updated_at=NOW,
        )
        self.cloud.database.transact(lambda tx: images.add(tx, image))

    def ask(self, arguments: Arguments, transition: Transition = BUSY) -> Operation:
        return self.cloud.act(self.server, arguments, transition).operation

    def do(self, arguments: Arguments) -> None:
        self.cloud.finish(succeeded(self.cloud.begin(self.ask(arguments)).operation))

    def delete(self) -> None:
        operation = an_operation(self.server)
        self.cloud.database.transact(lambda tx: instances.start_delete(
            tx, operation, NOW, project_id=None, override_lock=False
        ))

    def unwanted(self, before: float = NOW + 1) -> bool:
        with self.cloud.database.read() as tx:
            return unwanted_images(tx, before) == [self.image]


@pytest.fixture
def scene(database: Database) -> Scene:
    cloud = Cloud(database)
    cloud.host()
    return Scene(cloud, cloud.active(), new_uuid())


def test_an_image_waits_while_its_operation_is_under_way(scene: Scene) -> None:
    scene.make(ImageStatus.QUEUED)
    scene.ask(CreateImage(image_id=scene.image))
    assert not scene.unwanted()


def test_it_waits_for_nothing_once_that_has_failed(scene: Scene) -> None:
    scene.make(ImageStatus.SAVING)
    operation = scene.cloud.begin(scene.ask(CreateImage(image_id=scene.image))).operation
    scene.cloud.finish(failed(operation))
    assert scene.unwanted()


def test_or_when_its_request_was_never_accepted(scene: Scene) -> None:
    scene.make(ImageStatus.QUEUED, "snap")
    assert scene.unwanted()
    assert not scene.unwanted(before=NOW), "its request may be about to be accepted"


def test_an_image_that_its_user_got_stays_whatever_it_is_called(scene: Scene) -> None:
    scene.make(ImageStatus.ACTIVE, "my-shelved")
    scene.do(CreateImage(image_id=scene.image))
    assert not scene.unwanted()


def test_the_disk_of_a_shelve_that_a_delete_overtook_is_unwanted(scene: Scene) -> None:
    scene.make(ImageStatus.ACTIVE)
    scene.ask(Shelve(image_id=scene.image))
    assert not scene.unwanted()
    scene.delete()
    assert scene.unwanted()


def test_the_disk_of_a_shelved_server_is_wanted_until_it_is_unshelved(scene: Scene) -> None:
    scene.make(ImageStatus.ACTIVE)
    scene.do(Shelve(image_id=scene.image))
    scene.cloud.database.transact(lambda tx: instances.update_fields(
        tx, scene.server.uuid, None, NOW, vm_state=VmState.SHELVED_OFFLOADED
    ))
    assert not scene.unwanted()
    unshelve = scene.ask(Unshelve(image=ImageMeta(id=scene.image, name="", disk_format="qcow2")), AWAY)
    assert not scene.unwanted()
    scene.cloud.finish(succeeded(scene.cloud.begin(scene.cloud.claim(unshelve).operation).operation))
    assert scene.unwanted()


def test_a_disk_on_its_way_is_wanted_until_the_move_is_over(scene: Scene) -> None:
    scene.cloud.host("host2")
    moving = Transition(
        task_state=TaskState.RESIZE_PREP, from_vm_states=frozenset({VmState.ACTIVE}), scheduled=True, alone=True
    )
    operation = scene.cloud.claim(scene.ask(Migrate(excluded_hosts=("host1",)), moving), "host2").operation
    scene.image = operation.id
    scene.make(ImageStatus.ACTIVE, f"move-{operation.id}")
    assert not scene.unwanted()
    scene.delete()
    assert scene.unwanted()


def test_images_of_nobodys_server_are_users_own(database: Database) -> None:
    image = Image(
        id=new_uuid(), owner="p", name="x-shelved", visibility=Visibility.PRIVATE, created_at=NOW, updated_at=NOW,
    )
    database.transact(lambda tx: images.add(tx, image))
    with database.read() as tx:
        assert unwanted_images(tx, NOW + 1) == []
