"""What our daemons expect of an image service, of whomever they get it: the client, the writer, the API's look-ups."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from nova_lite.core.clock import SystemClock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Forbidden, NotFound, NovaLiteError, Unauthenticated
from nova_lite.core.ids import new_hex, new_request_id, new_uuid
from nova_lite.image.cache import ImageCache
from nova_lite.image.client import ImageClient
from nova_lite.image.remote import RemoteImages
from nova_lite.image.session import Credentials, TokenSource
from nova_lite.image.writer import ImageWriter
from nova_lite.objects.image import Image, ImageMeta, Visibility
from tests.builders import disks
from tests.clients.cloud import PATIENCE
from tests.contract.peers.conftest import KINDS
from tests.functional.whole.cloud import PASSWORD, Cloud
from tests.peers import Glance, Keystone

PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


@dataclasses.dataclass(frozen=True)
class Service:
    """An image service, ours or a real Glance; ``url`` without a version."""

    url: str
    credentials: Credentials

    @functools.cached_property
    def token(self) -> str:
        return TokenSource(self.credentials, SystemClock(), timeout=PATIENCE).token()

    @functools.cached_property
    def client(self) -> ImageClient:
        return ImageClient(self.url, self.credentials, SystemClock(), pause=0.0)

    @functools.cached_property
    def writer(self) -> ImageWriter:
        return ImageWriter(self.url, self.credentials, SystemClock(), pause=0.0)

    @functools.cached_property
    def images(self) -> RemoteImages:
        return RemoteImages(self.url, self.credentials, SystemClock(), timeout=PATIENCE)


@pytest.fixture(scope="module", params=KINDS)
def service(request: pytest.FixtureRequest) -> Service:
    if request.param == "real":
        keystone: Keystone = request.getfixturevalue("keystone")
        glance: Glance = request.getfixturevalue("glance")
        return Service(glance.url, Credentials(
            auth_url=keystone.auth_url, username="admin", password=keystone.password, project_name="admin"))
    cloud: Cloud = request.getfixturevalue("embedded")
    return Service(f"{cloud.client.url}/image", Credentials(
        auth_url=cloud.client.auth_url, username="admin", password=PASSWORD, project_name="admin"))


def ours(project_id: str = "") -> RequestContext:
    return RequestContext(request_id=new_request_id(), project_id=project_id, roles=("member", "reader"))


ADMIN = RequestContext(request_id=new_request_id(), roles=("admin",))


@pytest.fixture
def project() -> str:
    return new_hex()


Make = Callable[..., Image]


@pytest.fixture
def make(service: Service, project: str) -> Make:
    """Records an image of the project."""

    def record(**fields: object) -> Image:
        values: dict[str, object] = {
            "id": new_uuid(), "owner": project, "name": "one", "visibility": Visibility.PRIVATE,
            "disk_format": "qcow2", "container_format": "bare", "created_at": 0.0, "updated_at": 0.0, **fields,
        }
        return service.images.create(Image(**values))  # type: ignore[arg-type]

    return record


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "disk"
    path.write_bytes(disks.a_qcow2(size=1 << 20) + new_hex().encode())
    return path


def change(service: Service, image_id: str, field: str, value: Any) -> None:
    """What an administrator does to an image with a client of its own."""
    head = {"X-Auth-Token": service.token}
    if field == "member":
        url = f"{service.url}/v2/images/{image_id}/members"
        assert requests.post(url, json={"member": value}, headers=head, timeout=PATIENCE).ok
        return
    patch = [{"op": "replace", "path": f"/{field}", "value": value}]
    url = f"{service.url}/v2/images/{image_id}"
    answer = requests.patch(url, json=patch, headers={**head, **PATCH}, timeout=PATIENCE)
    assert answer.ok, answer.text


def test_an_image_is_recorded_as_it_was_given(service: Service, make: Make, project: str) -> None:
    image = make(min_disk=2, min_ram=64, properties={"hw_disk_bus": "virtio", "instance_uuid": new_uuid()})
    assert service.images.get_meta(ours(project), image.id) == ImageMeta(
        id=image.id, name="one", status="queued", disk_format="qcow2", min_disk=2, min_ram=64, hash_algo="md5",
        properties=image.properties,
    )


def test_what_is_uploaded_comes_back_verified(service: Service, make: Make, file: Path, tmp_path: Path) -> None:
    image = make()
    service.writer.upload(ours(), image.id, file)
    meta = service.client.show(ours(), image.id)
    digest = hashlib.sha512(file.read_bytes()).hexdigest()
    assert (meta.status, meta.size) == ("active", file.stat().st_size)
    assert (meta.hash_algo, meta.hash_value, meta.virtual_size) == ("sha512", digest, 1 << 20)
    assert b"".join(service.client.download(ours(), image.id)) == file.read_bytes()
    cached = ImageCache(service.client, tmp_path / "cache", SystemClock()).fetch(ours(), meta)
    assert (cached.name, cached.read_bytes()) == (digest, file.read_bytes())


def test_a_second_upload_finds_the_first(service: Service, make: Make, file: Path) -> None:
    image = make()
    for _ in range(2):
        service.writer.upload(ours(), image.id, file)
    assert service.client.show(ours(), image.id).status == "active"


def test_content_that_points_at_files_of_the_host_does_not_become_an_image(
    service: Service, make: Make, tmp_path: Path
) -> None:
    path = tmp_path / "evil"
    path.write_bytes(disks.a_qcow2(backing="/etc/passwd"))
    image = make()
    with pytest.raises(NovaLiteError):  # ours answers 415, Glance 33 answers 500
        service.writer.upload(ours(), image.id, path)
    assert service.client.show(ours(), image.id).status != "active"


def test_what_is_not_there_is_not_found(service: Service, file: Path) -> None:
    nowhere = new_uuid()
    for ask in (
        lambda: service.client.show(ours(), nowhere), lambda: service.client.download(ours(), nowhere),
        lambda: service.images.get_meta(ADMIN, nowhere), lambda: service.writer.upload(ours(), nowhere, file),
    ):
        with pytest.raises(NotFound):
            ask()
    service.writer.remove(ours(), nowhere)


def test_an_image_without_data_gives_none(service: Service, make: Make) -> None:
    assert list(service.client.download(ours(), make().id)) == []


def test_a_private_image_is_its_projects_alone(service: Service, make: Make, project: str) -> None:
    image = make()
    assert service.images.get_meta(ours(project), image.id).id == image.id
    assert service.images.get_meta(ADMIN, image.id).id == image.id
    for stranger in (ours(new_hex()), ours()):
        with pytest.raises(NotFound):
            service.images.get_meta(stranger, image.id)


@pytest.mark.parametrize("visibility", ["public", "community"])
def test_a_public_or_community_image_is_everybodys(service: Service, make: Make, visibility: str) -> None:
    image = make()
    change(service, image.id, "visibility", visibility)
    assert service.images.get_meta(ours(new_hex()), image.id).id == image.id


def test_a_shared_image_is_its_members(service: Service, make: Make) -> None:
    image, member = make(visibility=Visibility.SHARED), new_hex()
    change(service, image.id, "member", member)
    assert service.images.get_meta(ours(member), image.id).id == image.id
    with pytest.raises(NotFound):
        service.images.get_meta(ours(new_hex()), image.id)


def test_a_protected_image_stays(service: Service, make: Make, project: str) -> None:
    image = make()
    change(service, image.id, "protected", True)
    with pytest.raises(Forbidden):
        service.images.delete(ours(project), image.id)
    change(service, image.id, "protected", False)
    with pytest.raises(NotFound):
        service.images.delete(ours(new_hex()), image.id)
    service.images.delete(ours(project), image.id)
    with pytest.raises(NotFound):
        service.images.get_meta(ours(project), image.id)


def test_only_an_image_without_data_is_discarded(service: Service, make: Make, file: Path) -> None:
    empty, full = make(), make()
    service.writer.upload(ours(), full.id, file)
    for image in (empty, full):
        service.writer.discard(ours(), image.id)
    with pytest.raises(NotFound):
        service.client.show(ours(), empty.id)
    assert service.client.show(ours(), full.id).status == "active"


def test_old_backups_go_and_the_newest_stay(service: Service, make: Make) -> None:
    server = new_uuid()
    daily = {"instance_uuid": server, "backup_type": "daily", "image_type": "backup"}
    backups = [make(properties=daily) for _ in range(3)]
    others = make(properties={**daily, "backup_type": "weekly"}), make(properties={**daily, "instance_uuid": "x"})
    service.writer.rotate(ours(), server, "daily", 1)
    left = [image.id for image in (*backups, *others) if _exists(service, image.id)]
    assert len(left) == 3
    assert {image.id for image in others} < set(left)


def _exists(service: Service, image_id: str) -> bool:
    try:
        service.client.show(ours(), image_id)
    except NotFound:
        return False
    return True


def test_wrong_credentials_are_refused(service: Service, make: Make) -> None:
    wrong = Credentials(
        auth_url=service.credentials.auth_url, username="admin", password="wrong", project_name="admin"
    )
    with pytest.raises(Unauthenticated):
        ImageClient(service.url, wrong, SystemClock(), pause=0.0).show(ours(), make().id)
