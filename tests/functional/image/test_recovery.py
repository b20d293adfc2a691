"""Images whose upload was killed."""

from __future__ import annotations

from msgspec.structs import replace

from nova_lite.core.clock import ManualClock, SystemClock
from nova_lite.image.recovery import UploadRecovery
from nova_lite.image.store.filesystem import PARTIAL, FilesystemStore
from nova_lite.objects.image import ImageStatus
from tests.functional.image.cloud import ImageCloud
from tests.functional.image.conftest import Person


def test_an_upload_whose_process_is_dead_is_given_up_soon_and_no_other(cloud: ImageCloud, owner: Person) -> None:
    store = FilesystemStore(cloud.store_path)
    clock = ManualClock(SystemClock().now())
    recovery = UploadRecovery(cloud.records, (store,), clock)
    dead, alive = (str(owner.create()["id"]) for _ in range(2))
    (cloud.store_path / f"{dead}.1{PARTIAL}").write_bytes(b"half of it")
    writer = store.create(alive)
    for image_id in (dead, alive):
        assert cloud.records.replace(replace(cloud.records.get(image_id), status=ImageStatus.SAVING))
    assert recovery.run() == []
    clock.advance(11.0)
    assert recovery.run() == [dead]
    assert owner.show(dead)["status"] == "queued"
    assert owner.upload(dead, b"again").status_code == 204
    clock.advance(301.0)
    assert recovery.run() == []
    assert owner.show(alive)["status"] == "saving"
    assert not [name for name in cloud.stored() if name.startswith(dead) and name.endswith(PARTIAL)]
    writer.abort()
    assert owner.ask("DELETE", f"/v2/images/{alive}").status_code == 204
